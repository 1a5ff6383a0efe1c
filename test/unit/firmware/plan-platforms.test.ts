import { describe, expect, test } from 'vitest';
import { generateFactoryRelease } from '../../../firmware/generate-release.ts';
import type { PlatformName } from '../../../src-main/domain/platform.ts';
import type { FirmwareModule } from '../../../src-main/firmware/firmware-module.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';
import { loadedFrom, smallRelease } from './recipe-folder.ts';
import { codeOf, equalTo, inShort, modulesIn, planned, unitHolding } from './unit-holding.ts';

/** What a fresh unit gets, by platform: factory release, the recipe's, and the plan in short. */
const FRESH: readonly (readonly [
  PlatformName,
  factory: string,
  target: string,
  before: string,
  writes: string,
  after: string,
])[] = [
  ['photon', '1.4.4', '3.3.1', '', '0x8020000 0x8060000 0x80a0000', 'bootloader 1100'],
  ['p1', '1.4.4', '3.3.1', '', '0x8020000 0x8060000 0x80a0000', 'bootloader 1100'],
  ['electron', '2.3.1', '3.3.1', '', '0x8020000 0x8040000 0x8060000 0x8080000', ''],
  ['argon', '4.2.0', '6.2.0', 'bootloader 3100', '0xd4000? 0x28000 0xb4000', ''],
  ['boron', '4.2.0', '6.2.0', 'bootloader 3100', '0xd4000? 0x28000 0xb4000', ''],
  ['esomx', '4.2.0', '6.2.0', 'bootloader 3100', '0xd4000? 0x28000 0xb4000', ''],
  ['bsom', '4.2.0', '6.2.0', 'bootloader 3100', '0xd4000? 0x28000 0xb4000', ''],
  ['b5som', '4.2.0', '6.2.0', 'bootloader 3100', '0xd4000? 0x28000 0xb4000', ''],
  ['tracker', '4.2.0', '6.2.0', 'bootloader 3100', '0xd4000? 0x28000 0xb4000', ''],
  ['trackerm', '5.6.0', '6.2.0', 'prebootloader part 1, 9, bootloader 3100', '0x8060000 0x85ff000', ''],
  ['p2', '5.6.0', '6.2.0', 'prebootloader part 1, 9, bootloader 3100', '0x8060000 0x85ff000', ''],
  ['msom', '5.6.0', '6.2.0', 'prebootloader part 1, 9, bootloader 3100', '0x8060000 0x85ff000', ''],
];

describe.each(FRESH)('%s', (platform, factoryOs, target, before, writes, after) => {
  const factory = modulesIn(generateFactoryRelease({ platform, deviceOs: factoryOs, scale: 0 }));
  const release = smallRelease(platform, target);
  const nothing = { before: '', writes: '', after: '' };
  const isNrf = writes.includes('0xd4000');

  async function recipeOf(): Promise<Recipe> {
    return loadedFrom(release, { byRequest: true });
  }

  test('fresh from the factory gets everything, each over the way it must go', async () => {
    const recipe = await recipeOf();
    expect(inShort(planned(unitHolding(recipe, factory), recipe))).toEqual({ before, writes, after });
  });

  test('that equals the recipe gets nothing', async () => {
    const recipe = await recipeOf();
    const plan = planned(unitHolding(recipe, equalTo(recipe, factory)), recipe);
    expect(inShort(plan)).toEqual(nothing);
    expect(plan).toMatchObject({ totalBytes: 0, expectedMs: 0 });
  });

  test('that equals the recipe gets everything again when asked for in full, unseen', async () => {
    const recipe = await recipeOf();
    const plan = planned(unitHolding(recipe, equalTo(recipe, factory)), recipe, { full: true });
    const wanted = [...recipe.system, recipe.application];
    expect(plan.writes.filter(({ module }) => module !== undefined).map(({ module }) => module)).toEqual(wanted);
    expect(plan.writes.some(({ compare }) => compare)).toBe(false);
    expect(plan.skipped.every(({ reason }) => /brings its bootloader|do not update/.test(reason))).toBe(true);
  });

  test('of which the application alone differs gets that alone, compared', async () => {
    const recipe = await recipeOf();
    const other = modulesIn(smallRelease(platform, target, { appSeed: 2 })).filter(isApplication);
    const unit = unitHolding(recipe, [...equalTo(recipe, factory), ...other]);
    const address = recipe.application.startAddress.toString(16);
    expect(inShort(planned(unit, recipe))).toEqual({ ...nothing, writes: `${isNrf ? '0xd4000? ' : ''}0x${address}?` });
  });

  test('of which the Device OS alone differs gets that alone', async () => {
    const recipe = await recipeOf();
    const older = factory.filter((module) => module.function === 'system-part');
    const plan = planned(unitHolding(recipe, [...equalTo(recipe, factory), ...older]), recipe);
    const system = recipe.system.filter((module) => module.function === 'system-part');
    expect(inShort(plan)).toEqual({
      ...nothing,
      writes: system.map(({ startAddress }) => `0x${startAddress.toString(16)}`).join(' '),
    });
  });

  test('found in DFU mode gets the whole visit, compared, and nothing by request before it can be asked', async () => {
    const recipe = await recipeOf();
    const unit = { platform: recipe.platform, mode: 'dfu', modules: undefined } as const;
    const plan = planned(unit, recipe);
    const radioStack = isNrf ? '0x1000? ' : '';
    expect(inShort(plan)).toEqual({
      ...nothing,
      writes: radioStack + writes.replaceAll('?', '').replaceAll(/\S+/g, '$&?'),
    });
    expect(plan.remarks).toHaveLength(1);
  });

  test('that was written in DFU mode and starts in safe mode gets what goes by request, and no second visit', async () => {
    const recipe = await recipeOf();
    const inSafeMode = [...factory.filter(isNeverOlder), ...recipe.system, recipe.application];
    const unit = unitHolding(recipe, inSafeMode);
    const faulty = unit.modules?.map((report) => ({ ...report, faults: ['dependencies'] as const }));
    const plan = planned({ ...unit, modules: faulty }, recipe);
    expect(plan.writes).toEqual([]);
    const wanted = [before, after].filter((text) => text !== '').join(', ');
    expect([...plan.before, ...plan.after].map(({ what }) => what).join(', ')).toBe(wanted);
  });

  test('whose bootloader is too old is refused when the recipe brings none', async () => {
    const recipe = await loadedFrom(release);
    expect(codeOf(unitHolding(recipe, factory), recipe)).toBe(
      platform === 'electron' ? 'planned' : 'plan/bootloader-too-old',
    );
  });

  test('with a newer bootloader keeps it, also when asked for in full', async () => {
    const recipe = await recipeOf();
    const newer = equalTo(recipe, factory).map((module) =>
      isNeverOlder(module) ? { ...module, version: 60_000 } : module,
    );
    for (const full of [false, true]) {
      const plan = planned(unitHolding(recipe, newer), recipe, { full });
      expect([...plan.before, ...plan.after]).toEqual([]);
    }
  });

  test('that answers on the console alone, or not at all, is written in DFU mode first', async () => {
    const recipe = await recipeOf();
    const plan = planned({ platform: recipe.platform, mode: 'normal', modules: undefined }, recipe);
    expect(plan.before).toEqual([]);
    expect(plan.writes.every(({ compare }) => compare)).toBe(true);
  });
});

function isApplication(module: FirmwareModule): boolean {
  return module.function === 'user-part';
}

function isNeverOlder(module: FirmwareModule): boolean {
  return module.function === 'bootloader' || module.function === 'ncp' || module.function === 'radio-stack';
}
