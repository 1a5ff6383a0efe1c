import { MODULE_FUNCTIONS } from '../../../src-main/domain/module-report.ts';
import type { FirmwareModule } from '../../../src-main/firmware/firmware-module.ts';
import { planFlash } from '../../../src-main/firmware/flash-plan.ts';
import { parseModule } from '../../../src-main/firmware/parse-module.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';
import { unitPlatform } from '../../../src-main/virtual/unit/unit-platforms.ts';
import { readAgain, type SecondReading } from './file-rules.ts';
import type { Mutant } from './mutate.ts';
import type { Specimen } from './specimens.ts';
import { type RestingUnit, reportsOf, restingUnit, startAfter } from './start-unit.ts';
import { loadWith } from './station-door.ts';
import type { StoreDoor } from './store-door.ts';
import { whyUnitRefuses } from './unit-rules.ts';

/** What became of a mutant: which gate refused it with which code, or that it was accepted; or a defect of the station. */
export type Judgement =
  | { readonly kind: 'refused'; readonly by: 'parser' | 'recipe' | 'plan'; readonly code: string }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'defect'; readonly defect: string };

/**
 * Offers a mutant to the station (parser, recipe, plan) and holds everything it lets pass against an independent reading of the file,
 * against the rules of the unit's own firmware, and against a unit that is flashed with it and started.
 */
export async function judge({ specimen, bytes }: Mutant, store?: StoreDoor): Promise<Judgement> {
  try {
    const parsed = parseModule(bytes, 'mutant.bin');
    if (!parsed.ok) return { kind: 'refused', by: 'parser', code: parsed.failure.code };
    const isCompressed = parsed.value.bytes !== bytes;
    const again = readAgain(bytes, isCompressed ? 0 : parsed.value.prefixOffset);
    if (typeof again === 'string') return defect(`the parser accepts it, but ${again}`);
    const misread = firstDifference(parsed.value, again);
    if (misread !== undefined) return defect(`the parser reads ${misread}`);
    // Assets come raw into a recipe; their modules are made by the station.
    if (specimen.role === 'asset-module') return { kind: 'accepted' };

    if ((await store?.offer(specimen, bytes)) === 'taken') {
      const platform = unitPlatform(specimen.platform.name);
      const refused = platform === undefined ? undefined : whyUnitRefuses(platform, parsed.value.bytes, again);
      if (refused !== undefined) return defect(`the store takes it, but the unit does not: ${refused}`);
    }
    const recipe = await loadWith(specimen, bytes);
    if (!recipe.ok) return { kind: 'refused', by: 'recipe', code: recipe.failure.code };
    return judgeRecipe(specimen, recipe.value, parsed.value.bytes, again);
  } catch (thrown) {
    return defect(`thrown: ${thrown instanceof Error ? thrown.stack : thrown}`);
  }
}

function judgeRecipe(specimen: Specimen, recipe: Recipe, bytes: Uint8Array, again: SecondReading): Judgement {
  const platform = unitPlatform(specimen.platform.name);
  if (platform === undefined) throw new Error(`There is no virtual ${specimen.platform.name}.`);
  const refused = whyUnitRefuses(platform, bytes, again);
  if (refused !== undefined) return defect(`the recipe takes it, but the unit does not: ${refused}`);
  const unit = unitFor(specimen);
  const plan = planFlash(
    { platform: specimen.platform, mode: 'normal', modules: reportsOf(unit), isSetupDone: true },
    recipe,
  );
  if (!plan.ok) return { kind: 'refused', by: 'plan', code: plan.failure.code };
  // Of a synthetic radio stack the flash does not tell which one it is, since it lost its prefix (radio-stack.ts).
  if (specimen.role === 'radioStack') return { kind: 'accepted' };

  const start = startAfter(unit, plan.value, specimen.assets);
  if (typeof start === 'string') return defect(`the plan is made, but ${start}`);
  if (!COMES_UP.has(start.mode)) return defect(`the unit comes up in ${start.mode} mode: ${start.why}`);
  if (specimen.role === 'ncp') return { kind: 'accepted' };
  const planned = [...plan.value.before, ...plan.value.writes].map((step) => step.module?.sha256);
  if (!planned.includes(again.sha256)) return { kind: 'accepted' };
  const runs = start.modules.some((module) => Buffer.from(module.hash).toString('hex') === again.sha256);
  return runs ? { kind: 'accepted' } : defect('the unit does not run it');
}

/** A Wi-Fi unit without credentials listens (boot.ts). */
const COMES_UP: ReadonlySet<string> = new Set(['normal', 'listening']);

const units = new Map<string, RestingUnit>();

function unitFor(specimen: Specimen): RestingUnit {
  const key = `${specimen.platform.name} ${specimen.deviceOs}`;
  const known = units.get(key);
  if (known !== undefined) return known;
  const platform = unitPlatform(specimen.platform.name);
  if (platform === undefined) throw new Error(`There is no virtual ${specimen.platform.name}.`);
  const unit = restingUnit(platform, specimen);
  units.set(key, unit);
  return unit;
}

function firstDifference(module: FirmwareModule, again: SecondReading): string | undefined {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['function', module.function, MODULE_FUNCTIONS[again.functionNumber]],
    ['index', module.index, again.index],
    ['version', module.version, again.version],
    ['platform', module.platformId, again.platformId],
    ['start', module.startAddress, again.startAddress],
    ['end', module.endAddress, again.endAddress],
    ['hash', module.sha256, again.sha256],
    [
      'dependencies',
      JSON.stringify(module.dependencies),
      JSON.stringify(
        again.dependencies.map(([number, index, version]) => ({ function: MODULE_FUNCTIONS[number], index, version })),
      ),
    ],
  ];
  const different = pairs.find(([, ours, theirs]) => ours !== theirs);
  return different && `${different[0]} as ${different[1]}, the file says ${different[2]}`;
}

function defect(text: string): Judgement {
  return { kind: 'defect', defect: text };
}
