import { describe, expect, it } from 'vitest';
import type { BuiltVirtualStation } from '../../../src-main/build-virtual-station.ts';
import { endedRun, openTestLine, plugAndScan } from '../../virtual-line/build-one.ts';

/** How often the cloud was asked to import a SIM, which is what costs money. */
function imports(line: BuiltVirtualStation): number {
  return line.cloud.requests.list().filter(({ endpoint }) => endpoint === 'import-sims').length;
}

describe.concurrent('the import of a removable SIM', () => {
  it('is asked for once though the SIM takes longer to appear than the station waits, until QA reworks the unit', async () => {
    await using line = await openTestLine({ platforms: ['electron'], faults: ['cloud:no-readback@import-sims'] });
    await plugAndScan(line, '1');
    const first = await endedRun(line, '1');
    expect(first.ended?.failure?.code).toBe('sim/not-in-product');
    expect(first.steps.find(({ step }) => step === 'activate-sim')?.evidence).toMatchObject({ imported: true });
    await line.station.call('scan', { text: line.bench.labelText('1') });
    expect((await endedRun(line, '1')).ended?.failure?.code).toBe('sim/not-in-product');
    expect(imports(line)).toBe(1);
    line.cloud.faults.clear();
    await line.station.call('rework', { runId: first.begun.runId, slot: '1' });
    expect((await endedRun(line, '1')).ended?.outcome).toBe('PASS');
    expect(imports(line)).toBe(2);
  });

  it('is asked for again after the cloud refused it, because then nothing was queued', async () => {
    await using line = await openTestLine({ platforms: ['electron'], faults: ['cloud:unauthorized*1@import-sims'] });
    await plugAndScan(line, '1');
    const refused = await endedRun(line, '1');
    expect(refused.ended?.failure?.code).toBe('cloud/permission');
    expect(refused.steps.find(({ step }) => step === 'activate-sim')?.evidence).toMatchObject({ imported: false });
    await line.station.call('scan', { text: line.bench.labelText('1') });
    expect((await endedRun(line, '1')).ended?.outcome).toBe('PASS');
  });

  it('stays on record when the unit is pulled out before the SIM appears', async () => {
    await using line = await openTestLine({
      platforms: ['electron'],
      faults: ['cloud:no-readback@import-sims'],
      sim: { waitMs: 120_000 },
    });
    const asked = line.cloud.requests.next('import-sims');
    await plugAndScan(line, '1');
    await asked;
    await line.cloud.requests.next('get-sim');
    await line.bench.unplug('1');
    const cut = await endedRun(line, '1');
    expect(cut.ended?.failure?.code).toBe('unit/unplugged');
    expect(cut.steps.find(({ step }) => step === 'activate-sim')?.evidence).toMatchObject({ imported: true });
  });
});
