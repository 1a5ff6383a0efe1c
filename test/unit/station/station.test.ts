import { describe, expect, it } from 'vitest';
import type { BuiltVirtualStation } from '../../../src-main/build-virtual-station.ts';
import { serveCommand } from '../../../src-main/contract/serve.ts';
import type { Snapshot } from '../../../src-main/domain/snapshot.ts';
import { endedRun, openTestLine, plugAndScan, snapshotOf, stepRunning } from '../../virtual-line/build-one.ts';

function now(line: BuiltVirtualStation): Snapshot {
  let seen: Snapshot | undefined;
  line.station.subscribe((snapshot) => {
    seen ??= snapshot;
  })();
  if (seen === undefined) throw new Error('No snapshot came on subscribing.');
  return seen;
}

const scan = (line: BuiltVirtualStation, text: string, slot?: string) =>
  line.station.call('scan', { text, ...(slot === undefined ? {} : { slot }) });

describe.concurrent('a scan', () => {
  it('that is no label is refused in words, shown, and begins no run', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    expect(await scan(line, '4006381333931')).toMatchObject({ ok: false, failure: { code: 'label/unreadable' } });
    expect(now(line).lastScan).toMatchObject({ failure: { code: 'label/unreadable' } });
    expect(line.ports.audit.findRuns({})).toEqual([]);
  });

  it('goes to the slot that holds a fresh unit, then to an empty one, then to none', async () => {
    await using line = await openTestLine({ platforms: ['boron', 'boron', 'boron'] });
    await line.bench.plug('2', undefined);
    await snapshotOf(line, ({ slots }) => slots[1]?.unit !== undefined);
    expect(await scan(line, line.bench.labelText('2'))).toMatchObject({ ok: true, value: { slot: '2' } });
    expect(await scan(line, line.bench.labelText('1'))).toMatchObject({ ok: true, value: { slot: '1' } });
    expect(await scan(line, line.bench.labelText('3'))).toMatchObject({ ok: true, value: { slot: '3' } });
    const spare = 'P044AF14500000F';
    expect(await scan(line, spare)).toMatchObject({ ok: false, failure: { code: 'slot/none-free' } });
  });

  it('goes to a slot whose recipe fits the order number in the label', async () => {
    await using line = await openTestLine({ platforms: ['electron', 'boron'] });
    expect(await scan(line, line.bench.labelText('2'))).toMatchObject({ ok: true, value: { slot: '2' } });
  });

  it('of a label that is being built right now is refused', async () => {
    await using line = await openTestLine({ platforms: ['boron', 'boron'] });
    const label = line.bench.labelText('1');
    await scan(line, label);
    expect(await scan(line, label)).toMatchObject({ ok: false, failure: { code: 'slot/busy' } });
  });

  it('does not build a second unit on top of a finished one, but the same unit may be tried again', async () => {
    await using line = await openTestLine({ platforms: ['boron', 'boron'], faults: ['1:no-sim'] });
    await plugAndScan(line, '1');
    expect((await endedRun(line, '1')).ended?.outcome).toBe('FAIL');
    expect(await scan(line, line.bench.labelText('2'), undefined)).toMatchObject({ ok: true, value: { slot: '2' } });
    line.bench.unit('1').clearFault('no-sim');
    expect(await scan(line, line.bench.labelText('1'))).toMatchObject({ ok: true, value: { slot: '1' } });
    await snapshotOf(line, ({ slots }) => slots[0]?.run?.ended?.outcome === 'PASS');
  });

  it('of a printed code chooses the slot of the next label, and stops a run', async () => {
    await using line = await openTestLine({ platforms: ['boron', 'boron'] });
    expect(await scan(line, 'lw:slot:2')).toMatchObject({ ok: true, value: { slot: '2' } });
    expect(await scan(line, line.bench.labelText('1'))).toMatchObject({ ok: true, value: { slot: '2' } });
    expect(await scan(line, 'LW:STOP:2')).toMatchObject({ ok: true });
    expect((await endedRun(line, '2')).ended?.outcome).toBe('ABORTED');
    expect(await scan(line, 'LW:SLOT:9')).toMatchObject({ ok: false, failure: { code: 'slot/unknown' } });
  });
});

describe.concurrent('a carton', () => {
  it('is opened by a scan, and a unit that passed stays in its own when the next one is opened', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    expect(await scan(line, 'lw:carton:C-17')).toMatchObject({ ok: true });
    expect(now(line).station.carton).toBe('C-17');
    await plugAndScan(line, '1');
    expect(await endedRun(line, '1')).toMatchObject({
      ended: { outcome: 'PASS' },
      cloud: { work: { carton: 'C-17' } },
    });
    await line.station.call('openCarton', { name: 'C-18' });
    expect(now(line).station.carton).toBe('C-18');
    expect(now(line).slots[0]?.run?.ended?.carton).toBe('C-17');
    await line.station.call('openCarton', {});
    expect(now(line).station.carton).toBeUndefined();
  });
});

describe.concurrent('the station', () => {
  it('is on disk before the unit is touched, and on screen only after the verdict is on disk', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    const seen: unknown[] = [];
    line.station.subscribe(({ slots }) => {
      const run = slots[0]?.run;
      if (run === undefined) return;
      const record = line.ports.audit.readRun(run.runId);
      seen.push(record !== undefined && (run.ended === undefined || record.ended?.outcome === run.ended.outcome));
    });
    await plugAndScan(line, '1');
    await endedRun(line, '1');
    expect(seen.length).toBeGreaterThan(20);
    expect(seen.every((good) => good === true)).toBe(true);
  });

  it('builds four units at once, and one that fails does not touch its neighbours', async () => {
    const platforms = ['boron', 'electron', 'b5som', 'boron'] as const;
    await using line = await openTestLine({ platforms, faults: ['3:dfu-error-write'] });
    for (const slot of ['1', '2', '3', '4']) await plugAndScan(line, slot);
    const runs = await Promise.all(['1', '2', '3', '4'].map((slot) => endedRun(line, slot)));
    expect(runs.map(({ ended }) => ended?.outcome)).toEqual(['PASS', 'PASS', 'FAIL', 'PASS']);
    expect(now(line).counts).toEqual({ PASS: 3, FAIL: 1, ERROR: 0, ABORTED: 0 });
  });

  it('tells a screen that opens late whether the verdict is about the unit that is in the slot now', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    await plugAndScan(line, '1');
    await endedRun(line, '1');
    expect(now(line).slots[0]).toMatchObject({ run: { ended: { outcome: 'PASS' } }, unit: { hasVerdict: true } });
    await line.bench.fresh('1');
    await line.bench.plug('1', undefined);
    const next = await snapshotOf(line, ({ slots }) => slots[0]?.unit !== undefined && !slots[0].unit.hasVerdict);
    expect(next.slots[0]).toMatchObject({ run: { ended: { outcome: 'PASS' } }, unit: { hasVerdict: false } });
  });

  it('counts by batch, and finds the counts again after a restart', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    await plugAndScan(line, '1');
    await endedRun(line, '1');
    await line.station.call('openBatch', { name: 'WO-2' });
    expect(now(line)).toMatchObject({ station: { batch: 'WO-2' }, counts: { PASS: 0 } });
    await line.station.call('openBatch', { name: 'rehearsal' });
    expect(now(line).counts.PASS).toBe(1);
  });

  it('never shows the mobile secret, not even of a label it refuses', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    const secret = line.bench.unit('1').identity.mobileSecret ?? '';
    const shown: string[] = [];
    line.station.subscribe((snapshot) => shown.push(JSON.stringify(snapshot)));
    await plugAndScan(line, '1');
    await endedRun(line, '1');
    shown.push(JSON.stringify(await scan(line, `${line.bench.labelText('1')} again ${secret}`)));
    shown.push(JSON.stringify(await scan(line, ` ${secret}`)));
    expect(secret).toHaveLength(15);
    expect(shown.filter((text) => text.includes(secret))).toEqual([]);
  });

  it('closes with its runs recorded as ABORTED', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    await plugAndScan(line, '1');
    await stepRunning(line, '1', 'flash');
    await line.station.close();
    expect(line.ports.audit.findRuns({})[0]?.ended).toMatchObject({
      outcome: 'ABORTED',
      failure: { code: 'run/aborted' },
    });
  });

  it('refuses a second station on the same data folder, in words', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    await expect(openTestLine({ platforms: ['boron'], data: line.data })).rejects.toThrow('station/data-in-use');
  });

  it('exports a batch as CSV and JSON Lines, and says the record is intact', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    await plugAndScan(line, '1');
    const run = await endedRun(line, '1');
    const csv = await line.station.call('exportRuns', { batch: 'rehearsal', format: 'csv' });
    expect(csv).toMatchObject({ ok: true, value: { runs: 1, text: expect.stringContaining(run.begun.runId) } });
    const jsonl = await line.station.call('exportRuns', { batch: 'rehearsal', format: 'jsonl' });
    expect(jsonl.ok && JSON.parse(jsonl.value.text)).toMatchObject({ begun: { runId: run.begun.runId } });
    expect(await line.station.call('verifyAudit', {})).toMatchObject({ ok: true, value: { intact: true } });
    expect(await line.station.call('readRun', { runId: 'nothing' })).toMatchObject({
      failure: { code: 'run/not-found' },
    });
  });

  it('says so, and begins nothing, when the record cannot be written', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    line.ports.audit.close();
    await line.bench.plug('1', undefined);
    const answer = await scan(line, line.bench.labelText('1'));
    expect(answer).toMatchObject({ ok: false, failure: { code: 'audit/write-failed' } });
    expect(now(line).troubles).toMatchObject([{ code: 'audit/write-failed' }]);
    expect(now(line).slots[0]?.run).toBeUndefined();
  });
});

describe.concurrent('the door of the station', () => {
  it.each([
    ['noSuchCommand', {}],
    ['toString', {}],
    [42, {}],
    ['scan', {}],
    ['scan', { text: 'x', extra: true }],
    ['scan', { text: 'x'.repeat(5000) }],
    ['openBatch', { name: '<script>' }],
    ['exportRuns', { format: 'xlsx' }],
    ['bench', { slot: '1', action: 'explode' }],
    ['findRuns', { day: '21.11.2026' }],
  ])('refuses a call that makes no sense (case %#)', async (name, input) => {
    await using line = await openTestLine({ platforms: ['boron'] });
    expect(await serveCommand(line.station, name, input)).toMatchObject({
      ok: false,
      failure: { code: 'request/invalid' },
    });
  });
});
