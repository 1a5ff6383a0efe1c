import { describe, expect, it } from 'vitest';
import type { BuiltVirtualStation } from '../../../src-main/build-virtual-station.ts';
import type { PlatformName } from '../../../src-main/domain/platform.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import type { RunRecord } from '../../../src-main/domain/run-record.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';
import { endedRun, openTestLine, plugAndScan, snapshotOf, stepRunning } from '../../virtual-line/build-one.ts';
import { fullRecipe } from '../../virtual-line/full-recipe.ts';

/** A line whose recipe brings bootloader, co-processor and an asset, and the recipe. */
async function openFullLine(
  platforms: readonly PlatformName[],
  change: Parameters<typeof openTestLine>[0] | object = {},
) {
  const recipe = await fullRecipe(platformByName(platforms[0] ?? 'boron'));
  if (!recipe.ok) throw new Error(recipe.failure.detail);
  const line = await openTestLine({ ...change, platforms, recipeFor: async () => recipe });
  return Object.assign(line, { recipe: recipe.value });
}

/** Every byte of the recipe's modules stands in the unit's flash where it belongs. */
function expectInFlash(line: BuiltVirtualStation, slot: string, recipe: Recipe): void {
  const unit = line.bench.unit(slot);
  const { prebootloader, bootloader, system, application } = recipe;
  for (const module of [prebootloader, bootloader, ...system, application]) {
    if (module === undefined) continue;
    const bytes = module.flags.dropHeader ? module.bytes.subarray(module.prefixSize) : module.bytes;
    expect(Buffer.from(unit.readFlash(module.startAddress, bytes.length)).equals(bytes), module.fileName).toBe(true);
  }
}

function learnt(run: RunRecord, step: string) {
  return run.steps.findLast((record) => record.step === step && record.verdict === 'PASS')?.learnt;
}

describe.concurrent('a unit whose recipe brings everything', () => {
  it.each(['boron', 'argon', 'tracker', 'p2', 'photon'] as const)(
    'is brought to it from what it left the factory with, byte for byte, and proves it (%s)',
    async (platform) => {
      await using line = await openFullLine([platform]);
      await plugAndScan(line, '1');
      const run = await endedRun(line, '1');
      expect(run.ended?.failure).toBeUndefined();
      expectInFlash(line, '1', line.recipe);
      const proof = learnt(run, 'prove');
      expect(proof).toMatchObject({ by: 'reported-hash', productBinarySha256: line.recipe.application.sha256 });
      const application = line.recipe.application.fileSha256;
      expect(proof?.readBack).toContainEqual({ what: expect.stringContaining('application'), sha256: application });
      if (line.recipe.assets.length > 0) expect(proof?.assets).toMatchObject([{ name: 'sounds.bin' }]);
    },
  );

  it('is left alone when it holds all of it, by hash', async () => {
    await using line = await openFullLine(['boron']);
    await plugAndScan(line, '1');
    await endedRun(line, '1');
    const visits = line.bench.unit('1').visits().length;
    await line.bench.unplug('1');
    await line.station.call('openBatch', { name: 'another' });
    const runId = await plugAndScan(line, '1');
    await snapshotOf(line, ({ slots }) => slots[0]?.run?.runId === runId && slots[0].run.ended !== undefined);
    const run = await endedRun(line, '1');
    expect(run.ended?.outcome).toBe('PASS');
    expect(learnt(run, 'plan-flash')).toMatchObject({ before: [], writes: [], after: [] });
    expect(line.bench.unit('1').visits()).toHaveLength(visits);
  });

  it('takes its bootloader afterwards when the old firmware forbids updates', async () => {
    await using line = await openFullLine(['boron'], { faults: ['1:updates-disabled'] });
    const running = stepRunning(line, '1', 'enter-dfu');
    await plugAndScan(line, '1');
    await running;
    line.bench.unit('1').clearFault('updates-disabled');
    const run = await endedRun(line, '1');
    expect(run.ended?.failure).toBeUndefined();
    expect(learnt(run, 'update-by-request')).toMatchObject({ updates: 0, postponed: true });
    expect(learnt(run, 'complete-update')).toMatchObject({ updates: 2 });
    expectInFlash(line, '1', line.recipe);
  });

  it.each([
    ['boron', 'unplug-at-byte=20000'],
    ['p2', 'unplug-at-byte=9000'],
    ['boron', 'unplug-at-update-byte=900'],
    ['p2', 'unplug-while-installing=700'],
  ] as const)('is completed in another slot after it was pulled out (%s, %s)', async (platform, fault) => {
    await using line = await openFullLine([platform, platform], { faults: [`1:${fault}`] });
    const unit = line.bench.unit('1');
    await plugAndScan(line, '1');
    await unit.whenMode('off', { timeoutMs: 20_000 });
    await line.station.call('abortRun', { slot: '1' });
    await endedRun(line, '1');
    line.line.unplug('1');
    line.line.plug('2', unit);
    await line.station.call('scan', { text: line.bench.labelText('1'), slot: '2' });
    const run = await endedRun(line, '2');
    expect(run.ended?.failure).toBeUndefined();
    expectInFlash(line, '1', line.recipe);
  });
});
