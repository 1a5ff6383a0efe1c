import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PlannedWrite } from '../../../src-main/firmware/flash-plan.ts';
import { carryOutWrites } from '../../../src-main/procedure/flash/carry-out-writes.ts';
import { flashFirmware } from '../../../src-main/procedure/steps/flash-firmware.ts';
import { pages, plannedWrite, scriptedFlash } from './scripted-flash.ts';

const PAGE = 4096;
const SYSTEM = 0x28000;
const USER = 0xb4000;
const FORMER = 0xd4000;

type Flash = ReturnType<typeof scriptedFlash>;

function carryOut(flash: Flash, ...writes: readonly PlannedWrite[]) {
  return carryOutWrites(writes, flash.unit, flash.context);
}

describe('a write that is compared first', () => {
  it('is skipped when the flash holds all of it, and the unit leaves all the same', async () => {
    const flash = scriptedFlash('boron');
    const bytes = pages(30, 1);
    flash.put(SYSTEM, bytes);
    const record = await carryOut(flash, plannedWrite(SYSTEM, bytes));
    expect(record.failure).toBeUndefined();
    expect(flash.writes()).toEqual([]);
    expect(flash.done.at(-1)).toBe('leave');
    expect(record.figures).toMatchObject({ bytesWritten: 0, bytesRead: bytes.length, retries: 0 });
  });

  it('writes the pages that differ and no other, and proves the whole range by its hash', async () => {
    const flash = scriptedFlash('boron');
    const bytes = pages(30, 1);
    flash.put(SYSTEM, bytes);
    for (const page of [3, 4, 29]) flash.put(SYSTEM + page * PAGE + 100, Uint8Array.of(0xfe));
    const { writes } = await carryOut(flash, plannedWrite(SYSTEM, bytes));
    expect(flash.writes()).toEqual(['write 2b000 8192', 'write 45000 4096']);
    expect(flash.peek(SYSTEM, bytes.length)).toEqual(bytes);
    expect(writes[0]).toMatchObject({ runs: 2, bytes: 3 * PAGE, sha256: sha256(bytes) });
  });

  it('looks at nine pages of another firmware and then writes the whole', async () => {
    const flash = scriptedFlash('boron');
    const bytes = pages(100, 1);
    flash.put(SYSTEM, pages(100, 2));
    await carryOut(flash, plannedWrite(SYSTEM, bytes));
    const before = flash.done.slice(0, flash.done.indexOf(flash.writes()[0] ?? ''));
    expect(before).toHaveLength(9);
    expect(flash.writes()).toEqual([`write 28000 ${bytes.length}`]);
  });

  it('never starts the flash tool more than sixteen times, and writes the smallest gaps along', async () => {
    const flash = scriptedFlash('boron');
    const bytes = pages(120, 1);
    flash.put(SYSTEM, bytes);
    for (let page = 0; page < 120; page += 5) flash.put(SYSTEM + page * PAGE + 1, Uint8Array.of(0xfe));
    await carryOut(flash, plannedWrite(SYSTEM, bytes));
    expect(flash.writes()).toHaveLength(16);
    expect(flash.peek(SYSTEM, bytes.length)).toEqual(bytes);
  });

  it('erases no more of an STM32 than the sectors that differ, and stops reading one where it differs', async () => {
    const flash = scriptedFlash('electron');
    const bytes = pages(20, 1);
    flash.put(0x0808_0000, bytes);
    flash.put(0x0808_0000 + 5, Uint8Array.of(0xfe));
    await carryOut(flash, plannedWrite(0x0808_0000, bytes));
    expect(flash.done[0]).toBe('read 8080000 4096');
    expect(flash.done[1]).toBe(`write 8080000 ${bytes.length}`);
  });

  it('ends in a partial page of an RTL872x application, which ends where all of them end', async () => {
    const flash = scriptedFlash('p2');
    const bytes = pages(3, 1).slice(100);
    const start = 0x0860_0000 - bytes.length;
    flash.put(start, bytes);
    flash.put(start, Uint8Array.of(0xfe));
    await carryOut(flash, plannedWrite(start, bytes));
    expect(flash.writes()).toEqual([`write ${start.toString(16)} ${PAGE - 100}`]);
    expect(flash.peek(start, bytes.length)).toEqual(bytes);
  });
});

describe('the page of the former application slot', () => {
  it('is written again after the first page, because the bootloader erases it then', async () => {
    const flash = scriptedFlash('boron');
    const bytes = pages(40, 1); // reaches beyond 0xD4000
    flash.put(USER, bytes);
    flash.put(USER + 9, Uint8Array.of(0xfe));
    await carryOut(flash, plannedWrite(USER, bytes));
    expect(flash.writes()).toEqual(['write b4000 4096', 'write d4000 4096']);
  });

  it('is left alone by an application that ends before it, or whose first page is not written', async () => {
    for (const [count, page] of [
      [20, 0],
      [40, 1],
    ] as const) {
      const flash = scriptedFlash('boron');
      const bytes = pages(count, 1);
      flash.put(USER, bytes);
      flash.put(USER + page * PAGE + 9, Uint8Array.of(0xfe));
      await carryOut(flash, plannedWrite(USER, bytes));
      expect(flash.writes()).toHaveLength(1);
    }
  });

  it('is blanked when an application stands there, and not for anything else', async () => {
    const blanking = plannedWrite(FORMER, new Uint8Array(PAGE).fill(0xff), { module: undefined });
    const prefix = Uint8Array.of(0x00, 0x40, 0x0d, 0x00);
    for (const [content, expected] of [
      [prefix, 1],
      [pages(1, 3), 0],
    ] as const) {
      const flash = scriptedFlash('boron');
      flash.put(FORMER, content);
      await carryOut(flash, blanking);
      expect(flash.writes()).toHaveLength(expected);
    }
  });
});

describe('every write', () => {
  it.each([true, false])('is read back before the unit leaves (everything written: %s)', async (isFull) => {
    const flash = scriptedFlash('boron');
    const bytes = pages(12, 1);
    flash.put(SYSTEM, bytes);
    const context = { ...flash.context, isFull };
    const record = await carryOutWrites([plannedWrite(SYSTEM, bytes, { compare: true })], flash.unit, context);
    expect(flash.writes()).toHaveLength(isFull ? 1 : 0);
    expect(record.writes[0]).toMatchObject({ sha256: sha256(bytes) });
    expect(flash.done.filter((line) => line.startsWith('read'))).toHaveLength(12);
  });

  it('is written once more where it reads back differently, and only there', async () => {
    const flash = scriptedFlash('boron', [{ spoils: SYSTEM + 5 * PAGE + 1 }]);
    const bytes = pages(12, 1);
    const record = await carryOut(flash, plannedWrite(SYSTEM, bytes, { compare: false }));
    expect(record.failure).toBeUndefined();
    expect(flash.writes()).toEqual(['write 28000 49152', 'write 2d000 4096']);
    expect(record.figures).toMatchObject({ retries: 1, stalls: 0 });
  });

  it('fails when it reads back differently twice, and the unit is not sent out', async () => {
    const fate = { spoils: SYSTEM + 5 * PAGE + 1 };
    const flash = scriptedFlash('boron', [fate, fate, fate]);
    const record = await carryOut(flash, plannedWrite(SYSTEM, pages(12, 1), { compare: false }));
    expect(record.failure).toMatchObject({ code: 'flash/verify-mismatch', evidence: { places: ['0x2d000'] } });
    expect(flash.writes()).toHaveLength(2);
    expect(flash.done).not.toContain('leave');
  });

  it('shows progress that never goes back and ends at the whole', async () => {
    const flash = scriptedFlash('boron', [{ spoils: SYSTEM + 1 }]);
    await carryOut(flash, plannedWrite(SYSTEM, pages(12, 1)), plannedWrite(USER, pages(3, 2)));
    expect(flash.progress).toEqual([...flash.progress].sort((one, other) => one - other));
    expect(flash.progress.at(-1)).toBe(1);
  });

  it('lies where the plan says, or nothing is written', async () => {
    const flash = scriptedFlash('boron');
    const record = await carryOut(flash, plannedWrite(0xf4000, pages(2, 1), { compare: false }));
    expect(record.failure).toMatchObject({ code: 'plan/range-refused' });
    expect(flash.writes()).toEqual([]);
  });
});

describe('a write that fails', () => {
  const bytes = pages(12, 1);

  it('is continued from what is really in the flash', async () => {
    const flash = scriptedFlash('boron', [{ fails: 'flash/stalled', afterBytes: 4 * PAGE }]);
    const record = await carryOut(flash, plannedWrite(SYSTEM, bytes, { compare: false }));
    expect(record.failure).toBeUndefined();
    expect(flash.writes()).toEqual(['write 28000 49152', 'write 2c000 32768']);
    expect(flash.peek(SYSTEM, bytes.length)).toEqual(bytes);
    expect(record.figures).toMatchObject({ retries: 1, stalls: 1 });
  });

  it('is tried three times and no more', async () => {
    const fate = { fails: 'flash/write-failed', afterBytes: 0 } as const;
    const flash = scriptedFlash('boron', [fate, fate, fate, fate]);
    const record = await carryOut(flash, plannedWrite(SYSTEM, bytes, { compare: false }));
    expect(record.failure).toMatchObject({ code: 'flash/write-failed' });
    expect(record.figures).toMatchObject({ retries: 2 });
    expect(flash.writes()).toHaveLength(3);
    expect(flash.turns()).toBe(0);
  });

  it.each(['unit/protected', 'flash/unit-not-found', 'usb/no-permission', 'plan/range-refused'] as const)(
    'is not tried again after %s',
    async (fails) => {
      const flash = scriptedFlash('boron', [{ fails }]);
      const record = await carryOut(flash, plannedWrite(SYSTEM, bytes, { compare: false }));
      expect(record.failure).toMatchObject({ code: fails });
      expect(flash.writes()).toHaveLength(1);
    },
  );

  it('is not tried again on a unit that cannot be brought to rest', async () => {
    const flash = scriptedFlash('boron', [{ fails: 'flash/stalled', afterBytes: PAGE }]);
    flash.getStuck();
    const record = await carryOut(flash, plannedWrite(SYSTEM, bytes, { compare: false }));
    expect(record.failure).toMatchObject({ code: 'flash/stalled' });
    expect(flash.writes()).toHaveLength(1);
  });

  it('is not tried again when another enumeration took the place of the unit', async () => {
    const flash = scriptedFlash('boron', [{ fails: 'flash/write-failed' }]);
    const pending = carryOut(flash, plannedWrite(SYSTEM, bytes, { compare: false }));
    flash.replaceUnit();
    expect((await pending).failure).toMatchObject({ code: 'flash/unit-not-found' });
    expect(flash.writes().length).toBeLessThan(2);
  });
});

describe('the flash step', () => {
  it('gives its turn back whatever happens, and keeps what was done as evidence', async () => {
    const flash = scriptedFlash('boron', [{}, { fails: 'unit/protected' }]);
    const writes = [plannedWrite(SYSTEM, pages(3, 1)), plannedWrite(USER, pages(2, 2))];
    const plan = { before: [], writes, after: [], skipped: [], remarks: [], totalBytes: 5 * PAGE, expectedMs: 0 };
    const result = await flashFirmware.run({ plan, dfu: { unit: flash.unit } }, flash.context);
    expect(result).toMatchObject({
      ok: false,
      failure: { code: 'unit/protected' },
      evidence: { writes: [{ bytes: 3 * PAGE }], figures: { bytesWritten: 3 * PAGE } },
    });
    expect(flash.turns()).toBe(0);
  });

  it('touches nothing when the plan has nothing to write', async () => {
    const flash = scriptedFlash('boron');
    const plan = { before: [], writes: [], after: [], skipped: [], remarks: [], totalBytes: 0, expectedMs: 0 };
    const result = await flashFirmware.run({ plan, dfu: 'not-needed' }, flash.context);
    expect(result).toMatchObject({ ok: true, facts: { flashed: { writes: 0, bytes: 0 } } });
    expect(flash.done).toEqual([]);
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
