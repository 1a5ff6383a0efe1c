import { describe, expect, it } from 'vitest';
import type { BuiltVirtualStation } from '../../../src-main/build-virtual-station.ts';
import type { Snapshot } from '../../../src-main/domain/snapshot.ts';
import { endedRun, openTestLine, snapshotOf } from '../../virtual-line/build-one.ts';

const BORONS = (count: number) => new Array<'boron'>(count).fill('boron');
const SLOTS = ['1', '2', '3', '4', '5', '6', '7', '8'] as const;
const [FIRST_HUB, SECOND_HUB] = [SLOTS.slice(0, 4), SLOTS.slice(4)];

const scan = (line: BuiltVirtualStation, slot: string) =>
  line.station.call('scan', { text: line.bench.labelText(slot), slot });

/** Plugs every unit in and scans every label in the same moment. */
async function startAll(line: BuiltVirtualStation, slots: readonly string[]): Promise<void> {
  await Promise.all(slots.map((slot) => line.bench.plug(slot, undefined)));
  await Promise.all(slots.map((slot) => scan(line, slot)));
}

const endings = (line: BuiltVirtualStation, slots: readonly string[]) =>
  Promise.all(slots.map((slot) => endedRun(line, slot)));

/** Whether these slots are all writing. */
const areFlashing = (slots: readonly string[]) => (snapshot: Snapshot) =>
  snapshot.slots.filter(({ slot, run }) => slots.includes(slot) && run?.progress?.phase === 'write').length ===
  slots.length;

describe.concurrent('eight slots behind two hubs', () => {
  it('build eight units at once that all come onto the bus in one moment, each record about its own unit', async () => {
    await using line = await openTestLine({ platforms: BORONS(8), hubPorts: 4 });
    await startAll(line, SLOTS);
    const runs = await endings(line, SLOTS);
    expect(runs.map(({ ended }) => ended?.outcome)).toEqual(SLOTS.map(() => 'PASS'));
    expect(runs.map(({ ended }) => ended?.unit.deviceId)).toEqual(
      SLOTS.map((slot) => line.bench.unit(slot).identity.deviceId),
    );
    expect(runs.map(({ begun }) => begun.slot)).toEqual(SLOTS);
  });

  it('lose the four behind a hub that resets while all eight flash, each by name; the others pass, and so do the four on their second try', async () => {
    await using line = await openTestLine({ platforms: BORONS(8), hubPorts: 4, speed: 10, scale: 0.1 });
    await startAll(line, SLOTS);
    await snapshotOf(line, areFlashing(SLOTS));
    line.line.hub('1-1').reset();
    const lost = await endings(line, FIRST_HUB);
    expect(lost.map(({ ended }) => ended?.outcome)).toEqual(FIRST_HUB.map(() => 'ERROR'));
    for (const { ended } of lost) expect(['flash/unit-not-found', 'unit/unplugged']).toContain(ended?.failure?.code);
    expect((await endings(line, SECOND_HUB)).map(({ ended }) => ended?.outcome)).toEqual(SECOND_HUB.map(() => 'PASS'));
    for (const slot of FIRST_HUB) expect(await scan(line, slot)).toMatchObject({ ok: true });
    expect((await endings(line, FIRST_HUB)).map(({ ended }) => ended?.outcome)).toEqual(FIRST_HUB.map(() => 'PASS'));
  });

  it('resume units whose hub lost its supply in the middle, plugged into other slots of the same recipe', async () => {
    await using line = await openTestLine({ platforms: BORONS(4), hubPorts: 2, speed: 10, scale: 0.1 });
    await startAll(line, ['1', '2']);
    await snapshotOf(line, areFlashing(['1', '2']));
    line.line.hub('1-1').cutPower();
    const lost = await endings(line, ['1', '2']);
    expect(lost.map(({ ended }) => ended?.outcome)).toEqual(['ERROR', 'ERROR']);
    for (const [from, to] of [
      ['1', '4'],
      ['2', '3'],
    ] as const) {
      const unit = line.line.unplug(from);
      if (unit === undefined) throw new Error(`No unit is in slot ${from}.`);
      line.line.plug(to, unit);
      await line.station.call('scan', { text: line.bench.labelText(from), slot: to });
    }
    const resumed = await endings(line, ['3', '4']);
    expect(resumed.map(({ ended }) => ended?.outcome)).toEqual(['PASS', 'PASS']);
    line.line.hub('1-1').restorePower();
  });
});

describe.concurrent('a fault in one slot', () => {
  it.each([
    ['a chip that never finishes a write', 'dfu-stuck-busy'],
    ['a unit that does not answer', 'silent'],
    ['a unit that stays in update mode', 'dfu-stuck'],
    ['a unit that is pulled out', 'unplug-at-byte=4000'],
  ])('is its own: beside %s the three on the same hub pass', async (_what, fault) => {
    const options = { platforms: BORONS(4), hubPorts: 4, patience: 0.1, faults: [`2:${fault}`] };
    await using line = await openTestLine(options);
    await startAll(line, ['1', '2', '3', '4']);
    const runs = await endings(line, ['1', '2', '3', '4']);
    const outcomes = runs.map(({ ended }) => (ended?.outcome === 'PASS' ? 'PASS' : 'not'));
    expect(outcomes).toEqual(['PASS', 'not', 'PASS', 'PASS']);
  });
});
