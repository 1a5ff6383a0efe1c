import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BuiltVirtualStation, VIRTUAL_LEARNT_FILE } from '../../../src-main/build-virtual-station.ts';
import type { RunRecord } from '../../../src-main/domain/run-record.ts';
import type { Snapshot } from '../../../src-main/domain/snapshot.ts';
import { endedRun, openTestLine, plugAndScan, snapshotOf, stepRunning } from '../../virtual-line/build-one.ts';

const learn = (line: BuiltVirtualStation, action: 'start' | 'skip' | 'undo' | 'finish' | 'cancel') =>
  line.station.call('learnSlots', { action });
const scan = (line: BuiltVirtualStation, text: string, slot?: string) =>
  line.station.call('scan', { text, ...(slot === undefined ? {} : { slot }) });
const learnt = (line: BuiltVirtualStation, count: number) =>
  snapshotOf(line, ({ learning }) => learning?.slots.filter(({ state }) => state === 'learnt').length === count);
const portsOf = ({ slots }: Snapshot) => slots.map(({ portPath }) => portPath);
const now = (line: BuiltVirtualStation) => snapshotOf(line, () => true);

describe.concurrent('a line whose slots were never taught', () => {
  it('builds nothing until they are, then builds, and knows its slots again after a restart', async () => {
    await using line = await openTestLine({ platforms: ['boron', 'boron'], hubPorts: 2, mustLearn: true });
    expect(portsOf(await now(line))).toEqual([undefined, undefined]);
    for (const slot of ['1', undefined])
      expect(await scan(line, line.bench.labelText('1'), slot)).toMatchObject({ failure: { code: 'slot/not-learnt' } });

    await learn(line, 'start');
    expect(await scan(line, line.bench.labelText('1'))).toMatchObject({ failure: { code: 'slot/learning' } });
    await line.bench.plug('2', undefined);
    await learnt(line, 1);
    await line.bench.plug('1', undefined);
    await learnt(line, 2);
    expect(await learn(line, 'finish')).toMatchObject({ ok: true });
    const taught = await now(line);
    expect(portsOf(taught)).toEqual(['1-1.2', '1-1.1']);
    expect(taught.slots.map(({ unit }) => unit?.hasVerdict)).toEqual([false, false]);

    expect(await line.station.call('bench', { slot: '2', action: 'scan' })).toMatchObject({ ok: true });
    expect((await endedRun(line, '1')).ended).toMatchObject({
      outcome: 'PASS',
      unit: { deviceId: line.bench.unit('2').identity.deviceId },
    });
    await line.close();
    await using again = await openTestLine({
      platforms: ['boron', 'boron'],
      hubPorts: 2,
      mustLearn: true,
      data: line.data,
    });
    expect(portsOf(await now(again))).toEqual(['1-1.2', '1-1.1']);
    await again.station.call('forgetSlots', { slot: '1' });
    expect(portsOf(await now(again))).toEqual([undefined, '1-1.1']);
  });

  it('is not taught while a run goes on, and a unit that was in before teaches nothing until it is plugged in again', async () => {
    await using line = await openTestLine({ platforms: ['boron', 'boron'] });
    await plugAndScan(line, '1');
    await stepRunning(line, '1', 'identify');
    expect(await learn(line, 'start')).toMatchObject({ failure: { code: 'slot/busy' } });
    await line.station.call('abortRun', { slot: '1' });
    await endedRun(line, '1');
    await line.bench.unplug('1');
    await line.bench.plug('1', undefined);
    await snapshotOf(line, ({ slots }) => slots[0]?.unit !== undefined);
    await learn(line, 'start');
    expect((await now(line)).learning?.present).toBe('1');
    await line.bench.unplug('1');
    await line.bench.plug('1', undefined);
    expect((await learnt(line, 1)).learning?.slots[0]).toMatchObject({ portPath: '1-1' });
  });

  it('says that its learnt ports cannot be read until they are taught again, and no longer', async () => {
    const data = await mkdtemp(join(tmpdir(), 'linewright-line-'));
    await writeFile(join(data, VIRTUAL_LEARNT_FILE), '{');
    await using line = await openTestLine({ platforms: ['boron'], data });
    const before = await now(line);
    expect(before).toMatchObject({ troubles: [{ code: 'station/invalid-file' }], slots: [{ health: { runs: 0 } }] });
    expect(portsOf(before)).toEqual([undefined]);
    await learn(line, 'start');
    await line.bench.plug('1', undefined);
    await learnt(line, 1);
    await learn(line, 'finish');
    const after = await now(line);
    expect(after.troubles).toEqual([]);
    expect(portsOf(after)).toEqual(['1-1']);
    await line.close();
    await rm(data, { recursive: true });
  });

  it('is taught with the scanner alone', async () => {
    await using line = await openTestLine({ platforms: ['boron', 'boron'], mustLearn: true });
    expect(await scan(line, 'LW:LEARN:START')).toMatchObject({ ok: true });
    await scan(line, 'lw:learn:skip');
    await line.bench.plug('2', undefined);
    await learnt(line, 1);
    await scan(line, 'LW:LEARN:FINISH');
    expect(portsOf(await now(line))).toEqual([undefined, '1-2']);
    await line.bench.unplug('2');
    await snapshotOf(line, ({ slots }) => slots[1]?.unit === undefined);
    expect(await scan(line, line.bench.labelText('2'))).toMatchObject({ ok: true, value: { slot: '2' } });
    expect(await scan(line, line.bench.labelText('1'))).toMatchObject({ failure: { code: 'slot/none-free' } });
    expect(await scan(line, 'LW:LEARN:UNDO')).toMatchObject({ failure: { code: 'slot/not-learning' } });
    expect((await now(line)).lastScan).toMatchObject({ failure: { code: 'slot/not-learning' } });
  });
});

describe.concurrent('turns to flash', () => {
  const flashing = ({ slots }: Snapshot) =>
    slots.filter(
      ({ run }) =>
        run?.isWaitingForTurn !== true &&
        run?.steps.some(({ step, state }) => step === 'flash' && state === 'running') === true,
    );

  it('are kept on a whole line: never two at once behind one hub, who waits is shown, and all pass', async () => {
    const platforms = ['boron', 'boron', 'boron', 'boron'] as const;
    await using line = await openTestLine({ platforms, hubPorts: 2, flashLimit: { perHub: 1 }, speed: 20 });
    const most = new Map<string, number>();
    let hasWaited = false;
    line.station.subscribe((snapshot) => {
      hasWaited ||= snapshot.slots.some(({ run }) => run?.isWaitingForTurn === true);
      for (const hub of ['1-1.', '1-2.']) {
        // A slot is in its flash step for a moment before it asks, and for another after it gave back.
        const writing = flashing(snapshot).filter(({ portPath, run }) => portPath?.startsWith(hub) && run?.progress);
        most.set(hub, Math.max(most.get(hub) ?? 0, writing.length));
      }
    });
    for (const slot of ['1', '2', '3', '4']) await plugAndScan(line, slot);
    const runs = await Promise.all(['1', '2', '3', '4'].map((slot) => endedRun(line, slot)));
    expect(runs.map(({ ended }) => ended?.outcome)).toEqual(['PASS', 'PASS', 'PASS', 'PASS']);
    expect([...most.values(), hasWaited]).toEqual([1, 1, true]);
  });

  it('of a run that is stopped while it waits, or while it flashes, go to the next', async () => {
    const platforms = ['boron', 'boron', 'boron'] as const;
    await using line = await openTestLine({ platforms, flashLimit: { station: 1 }, speed: 10, scale: 0.1 });
    for (const slot of ['1', '2', '3']) await plugAndScan(line, slot);
    const all = await snapshotOf(
      line,
      ({ slots }) =>
        slots.filter(({ run }) => run?.isWaitingForTurn).length === 2 && slots.some(({ run }) => run?.progress),
    );
    const waiting = all.slots.find(({ run }) => run?.isWaitingForTurn)?.slot ?? '';
    const writing = all.slots.find(({ run }) => run?.progress)?.slot ?? '';
    const last = ['1', '2', '3'].find((slot) => slot !== waiting && slot !== writing) ?? '';
    for (const slot of [waiting, writing]) await line.station.call('abortRun', { slot });
    expect((await endedRun(line, last)).ended?.outcome).toBe('PASS');
    for (const slot of [waiting, writing]) expect((await endedRun(line, slot)).ended?.outcome).toBe('ABORTED');
  });

  it('come at once when a supervisor lifts the limit, which is noted', async () => {
    await using line = await openTestLine({
      platforms: ['boron', 'boron'],
      flashLimit: { station: 1 },
      speed: 10,
      scale: 0.1,
    });
    for (const slot of ['1', '2']) await plugAndScan(line, slot);
    await snapshotOf(line, ({ slots }) => slots.some(({ run }) => run?.isWaitingForTurn));
    expect((await now(line)).flashLimit).toEqual({ station: 1 });
    await line.station.call('limitFlashes', {});
    const both = await snapshotOf(line, ({ slots }) => slots.every(({ run }) => run?.progress));
    expect(both.flashLimit).toEqual({});
  });
});

describe.concurrent('a rework', () => {
  it('skips what the unit holds already, unless everything is to be written again', async () => {
    await using line = await openTestLine({ platforms: ['boron'], faults: ['1:no-sim'] });
    await plugAndScan(line, '1');
    const reject = await endedRun(line, '1');
    expect(reject.ended?.outcome).toBe('FAIL');
    const bytesOf = (run: RunRecord | undefined): number =>
      Number(run?.steps.find(({ step }) => step === 'flash')?.learnt?.bytes);
    const written = async (full: boolean): Promise<number> => {
      const { runId } = reject.begun;
      const answer = await line.station.call('rework', { runId, slot: '1', full });
      if (!answer.ok) throw new Error(answer.failure.detail);
      await snapshotOf(line, ({ slots }) => {
        const run = slots[0]?.run;
        return run?.runId === answer.value.runId && run.ended !== undefined;
      });
      return bytesOf(line.ports.audit.readRun(answer.value.runId));
    };
    expect(await written(false)).toBe(0);
    expect(await written(true)).toBeGreaterThanOrEqual(bytesOf(reject));
    expect(bytesOf(reject)).toBeGreaterThan(0);
  });
});

describe.concurrent('the health of a slot', () => {
  it('grows with every run that ends, and is there again after a restart', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    expect((await now(line)).slots[0]?.health).toMatchObject({ runs: 0, verdict: 'unknown' });
    await plugAndScan(line, '1');
    await endedRun(line, '1');
    const { health } = { ...(await now(line)).slots[0] };
    expect(health).toMatchObject({ runs: 1, stalls: 0, suspectFailures: 0 });
    for (const figure of [health?.bytesPerSecond, health?.pace, health?.enterDfuMs, health?.restartMs])
      expect(figure).toBeGreaterThan(0);
    await line.close();
    await using again = await openTestLine({ platforms: ['boron'], data: line.data });
    expect((await now(again)).slots[0]?.health).toEqual(health);
  });
});
