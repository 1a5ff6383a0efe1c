import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generateFactoryRelease } from '../../../firmware/generate-release.ts';
import type { ModuleReport } from '../../../src-main/domain/module-report.ts';
import type { PlatformName } from '../../../src-main/domain/platform.ts';
import type { FirmwareModule } from '../../../src-main/firmware/firmware-module.ts';
import { type FlashPlan, planFlash } from '../../../src-main/firmware/flash-plan.ts';
import { bringsItsBootloader } from '../../../src-main/firmware/planned-updates.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';
import type { UnitState } from '../../../src-main/firmware/unit-state.ts';
import { guardWrite } from '../../../src-main/firmware/write-guard.ts';
import { loadedFrom, smallRelease } from './recipe-folder.ts';
import { equalTo, modulesIn, reportOf } from './unit-holding.ts';

const PLATFORMS: readonly (readonly [PlatformName, older: readonly string[], target: string])[] = [
  ['photon', ['1.4.4', '2.3.1'], '3.3.1'],
  ['p1', ['1.4.4', '2.3.1'], '3.3.1'],
  ['electron', ['0.6.4', '1.4.4', '2.3.1'], '3.3.1'],
  ['argon', ['2.3.1', '4.2.0', '5.9.0'], '6.2.0'],
  ['boron', ['0.8.0-rc.27', '2.3.1', '4.2.0'], '6.2.0'],
  ['esomx', ['4.2.0', '5.9.0'], '6.2.0'],
  ['bsom', ['2.3.1', '4.2.0'], '6.2.0'],
  ['b5som', ['2.3.1', '4.2.0'], '6.2.0'],
  ['tracker', ['3.3.0', '5.7.0'], '6.2.0'],
  ['trackerm', ['5.0.0', '5.6.0'], '6.2.0'],
  ['p2', ['5.0.0', '5.6.0'], '6.2.0'],
  ['msom', ['5.6.0', '5.9.0'], '6.2.0'],
];

describe.each(PLATFORMS)('%s, whatever is on it', async (platform, older, target) => {
  const recipe = await loadedFrom(smallRelease(platform, target), { byRequest: true });
  const without = await loadedFrom(smallRelease(platform, target));
  const releases = [...older, target].map((deviceOs) =>
    modulesIn(generateFactoryRelease({ platform, deviceOs, scale: 0 })),
  );
  const own = equalTo(recipe, releases.at(-1) ?? []);

  /** Any mixture: each module absent, or from any of these releases or the recipe, whole or faulty, with a hash or not. */
  const units = fc
    .record({
      mode: fc.constantFrom('normal' as const, 'dfu' as const),
      isTold: fc.boolean(),
      isSetupDone: fc.constantFrom(true, false, undefined),
      choices: fc.array(fc.record({ from: fc.nat(releases.length + 1), hash: fc.boolean(), fault: fc.nat(6) }), {
        minLength: 12,
        maxLength: 12,
      }),
    })
    .map(({ mode, isTold, isSetupDone, choices }): UnitState => {
      const kinds = [...new Map([...releases.flat(), ...own].map((module) => [keyOf(module), module])).keys()];
      const modules = kinds.flatMap((key, place): readonly ModuleReport[] => {
        const { from, hash, fault } = choices[place] ?? { from: 0, hash: true, fault: 0 };
        const module = [...releases, own][from]?.find((one) => keyOf(one) === key);
        if (module === undefined) return [];
        const faults = fault === 1 ? (['integrity'] as const) : fault === 2 ? (['dependencies'] as const) : [];
        return [{ ...reportOf(module, { hash }), faults }];
      });
      return { platform: recipe.platform, mode, modules: isTold ? modules : undefined, isSetupDone };
    });

  test('every write is within the guard, in one order, and a unit carried through needs nothing more', () => {
    fc.assert(
      fc.property(units, fc.constantFrom(recipe, without), fc.boolean(), (unit, wanted, full) => {
        const plan = planFlash(unit, wanted, { full });
        if (!plan.ok) {
          expect(['plan/bootloader-too-old', 'plan/refused']).toContain(plan.failure.code);
          return;
        }
        for (const write of plan.value.writes) {
          expect(guardWrite(unit.platform, write.alt, write.address, write.bytes.length).ok).toBe(true);
          expect(write.compare && full).toBe(false);
        }
        expect(ranks(plan.value)).toEqual(ranks(plan.value).toSorted((one, other) => one - other));
        if (unit.modules === undefined) return;
        const after = carriedOut(unit, wanted, plan.value);
        expect(unmetNeeds(after, wanted)).toEqual([]);
        const again = planFlash(after, wanted);
        if (!again.ok) throw new Error(again.failure.detail);
        expect([...again.value.before, ...again.value.writes]).toEqual([]);
        expect(again.value.after.filter((step) => 'module' in step)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

function keyOf({ function: kind, index }: Pick<FirmwareModule, 'function' | 'index'>): string {
  return `${kind} ${index}`;
}

/** Radio stack, blanking, system parts by index, application. */
function ranks({ writes }: FlashPlan): readonly number[] {
  return writes.map(({ module }) => {
    if (module === undefined) return 1;
    return { 'radio-stack': 0, 'user-part': 100 }[module.function as string] ?? 10 + module.index;
  });
}

/** The unit after its plan; each module sent before the DFU visit finds there what it needs. */
function carriedOut(unit: UnitState, recipe: Recipe, plan: FlashPlan): UnitState {
  const held = new Map((unit.modules ?? []).map((report) => [keyOf(report), report]));
  const put = (module: FirmwareModule): void => void held.set(keyOf(module), reportOf(module));
  for (const { module } of plan.before) {
    for (const need of module.dependencies) {
      expect(held.get(keyOf(need))?.version ?? -1).toBeGreaterThanOrEqual(need.version);
    }
    put(module);
  }
  for (const { module } of plan.writes) {
    if (module === undefined) held.delete('user-part 1');
    else put(module);
  }
  for (const step of plan.after) if ('module' in step) put(step.module);
  if (bringsItsBootloader(recipe) && recipe.bootloader !== undefined) put(recipe.bootloader);
  const modules = [...held.values()].map((report) => ({
    ...report,
    faults: report.faults.filter((fault) => fault !== 'dependencies'),
  }));
  return { ...unit, modules };
}

function unmetNeeds(unit: UnitState, recipe: Recipe): readonly string[] {
  const held = new Map((unit.modules ?? []).map((report) => [keyOf(report), report]));
  return [...recipe.system, recipe.application].flatMap((module) =>
    module.dependencies
      .filter((need) => (held.get(keyOf(need))?.version ?? -1) < need.version)
      .filter((need) => !(need.function === 'bootloader' && bringsItsBootloader(recipe)))
      .map((need) => `${module.fileName} needs ${keyOf(need)} ${need.version}`),
  );
}
