import { describe, expect, it } from 'vitest';
import type { BuiltVirtualStation } from '../../../src-main/build-virtual-station.ts';
import { FAILURES } from '../../../src-main/domain/failure-codes.ts';
import { createFactoryUnit } from '../../../src-main/virtual/unit/factory-unit.ts';
import { endedRun, openTestLine, plugAndScan } from '../../virtual-line/build-one.ts';
import { fullRecipe } from '../../virtual-line/full-recipe.ts';
import { FAULT_ROWS, type FaultRow } from './fault-rows.ts';

describe.concurrent('a unit on the virtual line', () => {
  it.each(FAULT_ROWS)('when $story: $outcome $code', async (row) => {
    const platform = row.platform ?? 'boron';
    const faults = (row.faults ?? []).map((fault) => (fault.startsWith('cloud:') ? fault : `1:${fault}`));
    const platforms = row.begin === 'label of another unit' ? [platform, platform] : [platform];
    await using line = await openTestLine({
      platforms,
      faults,
      ...(row.sim === undefined ? {} : { sim: row.sim }),
      ...(row.isFullRecipe ? { recipeFor: (one) => fullRecipe(one) } : {}),
      ...(row.impatient ? { patience: 0.1 } : {}),
    });
    if (row.conditions !== undefined) line.bench.register('1', row.conditions);
    const begun = begin(row, line);
    if (row.at !== undefined) actAt(line, row.at);
    await begun;
    const run = await endedRun(line, '1');
    // A step that passed at its second try has failed once on record; what counts is how the run ended.
    const failed = run.ended?.outcome === 'PASS' ? undefined : run.steps.findLast(({ verdict }) => verdict !== 'PASS');

    expect({ outcome: run.ended?.outcome, code: run.ended?.failure?.code, step: failed?.step }).toEqual({
      outcome: row.outcome,
      code: row.code ?? (row.outcome === 'PASS' ? undefined : expect.stringMatching(/^prove\//)),
      step: typeof row.step === 'object' ? expect.toBeOneOf([...row.step]) : row.step,
    });
    const code = run.ended?.failure?.code;
    if (code !== undefined) expect(FAILURES[code].outcome).toBe(row.outcome);
    if (row.holds !== undefined) expect(run.ended?.unit).toMatchObject(row.holds(line));
    expect(run.steps.at(-1)?.step).toBe('teardown');
    expect(line.ports.audit.verify()).toMatchObject({ intact: true });
    const secret = line.bench.unit('1').identity.mobileSecret;
    if (secret !== undefined) expect(JSON.stringify(run)).not.toContain(secret);
  });
});

async function begin(row: FaultRow, line: BuiltVirtualStation): Promise<void> {
  const scan = (text: string) => line.station.call('scan', { text, slot: '1' });
  const { identity, modem } = line.bench.unit('1');
  switch (row.begin) {
    case 'scan only':
      await scan(line.bench.labelText('1'));
      return;
    case 'label of another unit':
      await line.bench.plug('1', undefined);
      await scan(line.bench.labelText('2'));
      return;
    case 'unit of another platform':
      line.line.plug('1', createFactoryUnit('electron', { scale: 0.02 }));
      await scan(line.bench.labelText('1'));
      return;
    case 'after a pass': {
      await plugAndScan(line, '1');
      const first = await endedRun(line, '1');
      expect(first.ended?.outcome).toBe('PASS');
      await scan(line.bench.labelText('1'));
      return;
    }
    case 'device ID label':
    case 'ICCID label':
    case 'IMEI label': {
      const iccid = modem.sim === 'none' ? '' : modem.sim.iccid;
      const labels = { 'device ID label': identity.deviceId, 'ICCID label': iccid, 'IMEI label': modem.imei };
      await line.bench.plug('1', undefined);
      await scan(labels[row.begin]);
      return;
    }
    case undefined:
      await plugAndScan(line, '1');
  }
}

/** Does it in the very moment the station announces the step, before the step's own first move. */
function actAt(line: BuiltVirtualStation, at: NonNullable<FaultRow['at']>): void {
  let done = false;
  line.station.subscribe(({ slots }) => {
    const running = slots[0]?.run?.steps.some(({ step, state }) => step === at.step && state === 'running');
    if (done || running !== true) return;
    done = true;
    if (at.does === 'unplug') void line.bench.unplug('1');
    else if (at.does === 'stop') void line.station.call('abortRun', { slot: '1' });
    else line.bench.unit('1').setFault({ name: 'silent' });
  });
}
