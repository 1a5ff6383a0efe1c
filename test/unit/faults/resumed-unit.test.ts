import { describe, expect, it } from 'vitest';
import type { BuiltVirtualStation } from '../../../src-main/build-virtual-station.ts';
import { endedRun, openTestLine, plugAndScan, snapshotOf } from '../../virtual-line/build-one.ts';

/** Stops the run in slot 1 when so much of all writes is done. */
async function stopInTheMiddleOfFlashing(line: BuiltVirtualStation, share: number): Promise<void> {
  await plugAndScan(line, '1');
  await snapshotOf(line, ({ slots }) => (slots[0]?.run?.progress?.overall ?? 0) >= share);
  await line.station.call('abortRun', { slot: '1' });
  const run = await endedRun(line, '1');
  expect(run.ended?.outcome).toBe('ABORTED');
}

describe.concurrent('a unit whose flashing was cut off', () => {
  it.each(['boron', 'electron'] as const)(
    'is taken up where it is and passes, by its serial number on record (%s)',
    async (platform) => {
      await using line = await openTestLine({ platforms: [platform], speed: 20, scale: 0.2 });
      await stopInTheMiddleOfFlashing(line, 0.4);
      expect(line.bench.unit('1').mode).toBe('dfu');
      await line.station.call('scan', { text: line.bench.labelText('1') });
      const run = await endedRun(line, '1');
      expect(run.ended?.failure).toBeUndefined();
      expect(run.ended?.outcome).toBe('PASS');
      const agreement = run.steps.find(({ step }) => step === 'check-agreement');
      expect(JSON.stringify(agreement?.learnt)).toContain('before it was cut off');
      expect(run.ended?.unit.serialNumber).toBe(line.bench.unit('1').identity.serialNumber);
    },
  );

  it('is taken up by the IMEI on its label, and passes only when the running unit shows that IMEI', async () => {
    await using line = await openTestLine({ platforms: ['electron'], speed: 20, scale: 0.2 });
    const { imei } = line.bench.unit('1').modem;
    await line.bench.plug('1', undefined);
    await line.station.call('scan', { text: imei, slot: '1' });
    await snapshotOf(line, ({ slots }) => (slots[0]?.run?.progress?.overall ?? 0) >= 0.4);
    await line.station.call('abortRun', { slot: '1' });
    expect((await endedRun(line, '1')).ended?.outcome).toBe('ABORTED');
    await line.station.call('scan', { text: imei });
    const run = await endedRun(line, '1');
    expect(run.ended).toMatchObject({ outcome: 'PASS', unit: { imei } });
  });

  it('does not pass with another SIM than the one on its label', async () => {
    await using line = await openTestLine({ platforms: ['boron'], speed: 20, scale: 0.2 });
    const { modem } = line.bench.unit('1');
    const { iccid } = modem.sim === 'none' ? { iccid: '' } : modem.sim;
    await line.bench.plug('1', undefined);
    await line.station.call('scan', { text: iccid, slot: '1' });
    await snapshotOf(line, ({ slots }) => (slots[0]?.run?.progress?.overall ?? 0) >= 0.4);
    await line.station.call('abortRun', { slot: '1' });
    expect((await endedRun(line, '1')).ended?.outcome).toBe('ABORTED');
    // A boron is asked by request 554, which reads the card; an Electron's console may tell what it has read earlier (device-usb.md 4.4).
    if (modem.sim !== 'none') modem.sim = { ...modem.sim, iccid: '8934076500002589174' };
    await line.station.call('scan', { text: iccid });
    const run = await endedRun(line, '1');
    expect(run.ended).toMatchObject({ outcome: 'FAIL', failure: { code: 'sim/changed' } });
  });

  it('is not built on a station that has never read its serial number, because the label proves nothing there', async () => {
    await using line = await openTestLine({ platforms: ['boron'], speed: 20, scale: 0.2 });
    await stopInTheMiddleOfFlashing(line, 0.4);
    await using elsewhere = await openTestLine({ platforms: ['boron'], speed: 20, scale: 0.2 });
    await line.bench.unplug('1');
    elsewhere.line.plug('1', line.bench.unit('1'));
    await elsewhere.station.call('scan', { text: line.bench.labelText('1') });
    const run = await endedRun(elsewhere, '1');
    expect(run.ended).toMatchObject({ outcome: 'FAIL', failure: { code: 'agree/not-checkable' } });
  });

  it('is reworked by QA in a run of its own that is linked to the first', async () => {
    await using line = await openTestLine({ platforms: ['boron'], speed: 20, scale: 0.2 });
    await stopInTheMiddleOfFlashing(line, 0.4);
    const [first] = line.ports.audit.findRuns({});
    const runId = first?.begun.runId ?? '';
    const answer = await line.station.call('rework', { runId, slot: '1' });
    expect(answer.ok).toBe(true);
    const run = await endedRun(line, '1');
    expect(run.begun.reworkOf).toBe(runId);
    expect(run.ended?.outcome).toBe('PASS');
    expect(await line.station.call('rework', { runId: run.begun.runId, slot: '1' })).toMatchObject({
      ok: false,
      failure: { code: 'run/not-a-reject' },
    });
  });
});
