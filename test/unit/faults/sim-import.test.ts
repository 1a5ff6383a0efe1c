import { describe, expect, it } from 'vitest';
import type { BuiltVirtualStation } from '../../../src-main/build-virtual-station.ts';
import { claimOf } from '../../../src-main/domain/sim-claim.ts';
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

/** A bulk job on the station's data folder has asked for the import of the unit's SIM. */
function importedByJob(line: BuiltVirtualStation): void {
  const [iccid = ''] = line.cloud.state.sims.keys();
  const [productId = 0] = line.cloud.state.products.keys();
  const claim = claimOf({ iccid, how: 'import', who: 'job', name: 'sims.csv' }, new Date());
  expect(line.ports.simImports.claim(productId, [claim]).size).toBe(0);
}

describe.concurrent('a SIM that a bulk job is importing', () => {
  it.each([
    ['electron', 'activate-sim', 'import-sims'],
    ['boron', 'add-to-product', 'import-devices'],
  ] as const)(
    'is not asked for by the run of a unit of %s, whose record names the job',
    async (platform, step, endpoint) => {
      await using line = await openTestLine({ platforms: [platform], sim: { waitMs: 2_000 } });
      importedByJob(line);
      await plugAndScan(line, '1');
      const run = await endedRun(line, '1');
      expect(run.ended?.failure).toMatchObject({
        code: 'sim/not-in-product',
        detail: expect.stringContaining('by the job on sims.csv'),
      });
      expect(run.steps.findLast((record) => record.step !== 'teardown')?.step).toBe(step);
      expect(line.cloud.requests.list().filter((request) => request.endpoint === endpoint)).toEqual([]);
    },
  );

  it('does not hold up a unit whose recipe lets the cloud be asked later: it passes as built', async () => {
    await using line = await openTestLine({ platforms: ['boron'], cloudPolicy: { waitMs: 20_000, finishLater: true } });
    importedByJob(line);
    await plugAndScan(line, '1');
    const run = await endedRun(line, '1');
    expect(run.ended).toMatchObject({ outcome: 'PASS', unit: { membership: 'later', sim: 'later' } });
  });

  it('lets the unit in when the product shows the SIM', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    importedByJob(line);
    const [sim] = line.cloud.state.sims.values();
    const [product] = line.cloud.state.products.values();
    if (sim === undefined || product === undefined) throw new Error('The unit is not registered.');
    Object.assign(sim, { productId: product.id, status: 'active' });
    await plugAndScan(line, '1');
    expect((await endedRun(line, '1')).ended?.outcome).toBe('PASS');
  });
});

it('a SIM that comes along with its unit is left to the station by every bulk job meanwhile', async () => {
  await using line = await openTestLine({ platforms: ['boron'] });
  await plugAndScan(line, '1');
  const { productId } = (await endedRun(line, '1')).begun.recipe;
  const [iccid = ''] = line.cloud.state.sims.keys();
  const wanted = claimOf({ iccid, how: 'import', who: 'job', name: 'sims.csv' }, new Date());
  expect(line.ports.simImports.claim(productId, [wanted]).get(iccid)).toMatchObject({ who: 'station', how: 'pre-add' });
});
