import { describe, expect, it } from 'vitest';
import { openIdentityBook } from '../../../src-main/adapters/identity/identity-book.sqlite.ts';
import type { BuiltVirtualStation } from '../../../src-main/build-virtual-station.ts';
import { parseDeviceId } from '../../../src-main/domain/device-id.ts';
import { parseIccid } from '../../../src-main/domain/iccid.ts';
import { parseSerialNumber } from '../../../src-main/domain/serial-number.ts';
import { parseSku } from '../../../src-main/domain/sku.ts';
import type { UnitIdentifiers } from '../../../src-main/ports/identity-book.ts';
import { endedRun, openTestLine, plugAndScan } from '../../virtual-line/build-one.ts';

type Texts = { deviceId?: string; serialNumber?: string; iccid?: string; sku?: string };

/** Puts these lines into the book of a running station, as an import beside it does. */
function importLines(line: { readonly data: string }, ...lines: readonly Texts[]): void {
  const book = openIdentityBook(line.data);
  try {
    const sha256 = JSON.stringify(lines);
    book.add(
      { name: 'tray.csv', sha256 },
      lines.map((texts, index) => ({ line: index + 1, identifiers: read(texts) })),
    );
  } finally {
    book.close();
  }
}

function read(texts: Texts): UnitIdentifiers {
  const parsers = { deviceId: parseDeviceId, serialNumber: parseSerialNumber, iccid: parseIccid, sku: parseSku };
  return Object.fromEntries(
    Object.entries(texts).map(([kind, text]) => {
      const parsed = parsers[kind as keyof Texts](text);
      if (!parsed.ok) throw new Error(parsed.failure.detail);
      return [kind, parsed.value];
    }),
  );
}

function unitIn(line: BuiltVirtualStation, slot: string) {
  const { identity, modem } = line.bench.unit(slot);
  const { deviceId, serialNumber = '' } = identity;
  const sim = modem.sim;
  return { deviceId, serialNumber, iccid: typeof sim === 'string' ? '' : sim.iccid };
}

const scan = (line: BuiltVirtualStation) => line.station.call('scan', { text: line.bench.labelText('1'), slot: '1' });

const OTHER_DEVICE = 'e00fce680123456789abcdef';

describe.concurrent('a station with an identity book', () => {
  it('builds a unit that its lists name alike, and the record says what was compared with which line', async () => {
    await using line = await openTestLine({ platforms: ['boron'], identity: 'required' });
    const { deviceId, serialNumber, iccid } = unitIn(line, '1');
    importLines(line, { deviceId, serialNumber }, { serialNumber, iccid, sku: 'BRN404XKIT' });
    await plugAndScan(line, '1');
    const { ended, steps } = await endedRun(line, '1');
    expect(ended?.outcome).toBe('PASS');
    const learnt = (step: string) => steps.find((one) => one.step === step)?.learnt?.identityBook;
    expect(learnt('check-agreement')).toEqual({
      book: 'agrees',
      compared: ['serial number of the label', 'device ID of the unit', 'serial number of the unit'],
      sources: ['tray.csv line 1'],
    });
    expect(learnt('read-sim')).toMatchObject({
      book: 'agrees',
      compared: expect.arrayContaining(['ICCID of the unit']),
    });
  });

  it('fails a unit whose label belongs to another device by the list, naming both sides', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    const { deviceId, serialNumber } = unitIn(line, '1');
    importLines(line, { serialNumber, deviceId: OTHER_DEVICE });
    await plugAndScan(line, '1');
    const { ended } = await endedRun(line, '1');
    expect(ended).toMatchObject({ outcome: 'FAIL', failure: { code: 'identity/mismatch' } });
    for (const text of [deviceId, OTHER_DEVICE, serialNumber, 'tray.csv line 1']) {
      expect(ended?.failure?.detail).toContain(text);
    }
  });

  it('fails a unit that holds another SIM than the list says, before the cloud hears of it', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    const { deviceId } = unitIn(line, '1');
    importLines(line, { deviceId, iccid: '8934076500002589174' });
    await plugAndScan(line, '1');
    const { ended, steps } = await endedRun(line, '1');
    expect(ended).toMatchObject({ outcome: 'FAIL', failure: { code: 'identity/mismatch' } });
    expect(steps.map(({ step }) => step)).not.toContain('add-to-product');
  });

  it('begins no run for a unit of a SKU that the recipe is not for', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    const { serialNumber } = unitIn(line, '1');
    importLines(line, { serialNumber, sku: 'B404XMEA' });
    expect(await scan(line)).toMatchObject({ ok: false, failure: { code: 'agree/wrong-platform' } });
    expect(line.ports.audit.findRuns({})).toEqual([]);
  });

  it('begins no run for a unit about which lists contradict each other', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    const { serialNumber, deviceId } = unitIn(line, '1');
    importLines(line, { serialNumber, deviceId }, { serialNumber, deviceId: OTHER_DEVICE });
    expect(await scan(line)).toMatchObject({ ok: false, failure: { code: 'identity/mismatch' } });
  });

  it('builds a unit that no list names where the book advises, and does not start it where the book is required', async () => {
    await using advised = await openTestLine({ platforms: ['boron'] });
    await plugAndScan(advised, '1');
    const { ended, steps } = await endedRun(advised, '1');
    expect(ended?.outcome).toBe('PASS');
    expect(steps.find(({ step }) => step === 'check-agreement')?.learnt?.identityBook).toEqual({ book: 'unknown' });
    await using required = await openTestLine({ platforms: ['boron'], identity: 'required' });
    expect(await scan(required)).toMatchObject({ ok: false, failure: { code: 'identity/unknown' } });
    expect(required.ports.audit.findRuns({})).toEqual([]);
  });
});
