import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Failure, failure, failureOf, ok, type Result, refuse, StationError } from '../domain/failure.ts';
import { describePlan } from '../firmware/describe-plan.ts';
import { type FlashPlan, planFlash } from '../firmware/flash-plan.ts';
import { loadRecipe } from '../firmware/load-recipe.ts';
import { type Recipe, recordedRecipe } from '../firmware/recipe.ts';
import type { UnitState } from '../firmware/unit-state.ts';
import { readStationFile } from '../station/station-file.ts';
import { type LineOptions, openLine } from './open-line.ts';
import { EXIT, type Output } from './output.ts';
import { askUnitState, readUnitState } from './plan-unit.ts';

export type PlanCommandOptions = LineOptions & {
  /** A file with one unit as `identify --json` prints it, or a slot of the line. */
  readonly unit: string;
  /** A recipe file, or the beginning of the hash of a recipe in the store. */
  readonly recipe: string;
  readonly full?: boolean;
};

/**
 * `plan`: shows what would be done to a unit's firmware, step by step with reason, size, expected time and transport, and does none of
 * it. A unit on a line is asked; a saved report is taken as it is. Exits 1 when the plan is refused.
 */
export async function planCommand(options: PlanCommandOptions, output: Output): Promise<number> {
  try {
    const recipe = await recipeOf(options);
    if (!recipe.ok) return refused(recipe.failure, output);
    const isOnLine = options.virtual !== undefined || options.station !== undefined;
    if (!isOnLine && !existsSync(options.unit)) {
      const detail = `There is no file ${options.unit}. To ask a unit in a slot, say --station or --virtual too.`;
      return refused(failure('request/invalid', detail), output);
    }
    const unit = isOnLine ? await unitInSlot(options, recipe.value, output) : await readUnitState(options.unit);
    if ('exit' in unit) return unit.exit;
    if (!unit.ok) return refused(unit.failure, output);
    return show(unit.value, recipe.value, options.full === true, output);
  } catch (thrown) {
    if (thrown instanceof StationError) return refused(failureOf(thrown), output);
    throw thrown;
  }
}

/** A file that is no report, or a beginning of a hash that is too short, is misuse as much as a wrong option. */
function refused(why: Failure, output: Output): number {
  const exit = output.failed(why);
  return why.code === 'request/invalid' ? EXIT.misuse : exit;
}

async function recipeOf(options: PlanCommandOptions): Promise<Result<Recipe>> {
  const isHash = /^(sha256:)?[0-9a-f]{8,64}$/.test(options.recipe);
  if (!isHash && !existsSync(options.recipe)) {
    const detail = `There is no file ${options.recipe}. A recipe is a recipe file, or the first eight or more digits of its hash (linewright recipe list).`;
    return refuse('recipe/file-missing', detail);
  }
  if (existsSync(options.recipe)) return loadRecipe(options.recipe);
  const { createFirmwareStore } = await import('../adapters/store/firmware-store.files.ts');
  const { loadStoredRecipe } = await import('../adapters/store/load-stored-recipe.ts');
  const data = await dataFolder(options);
  if (!data.ok) return data;
  const store = createFirmwareStore(join(data.value, 'store'));
  return loadStoredRecipe(store, await store.findRecipe(options.recipe));
}

/** As for every command on a line: a station file names the folder, unless the command line does. */
async function dataFolder({ station, data, hasOwnData }: PlanCommandOptions): Promise<Result<string>> {
  if (station === undefined || hasOwnData) return ok(data);
  const file = await readStationFile(station);
  return file.ok ? ok(file.value.data) : file;
}

async function unitInSlot(
  options: PlanCommandOptions,
  recipe: Recipe,
  output: Output,
): Promise<Result<UnitState> | { exit: number }> {
  const line = await openLine(options, output);
  if ('exit' in line) return line;
  try {
    return await askUnitState(line, options.unit, recipe);
  } finally {
    await line.built.close();
  }
}

function show(unit: UnitState, recipe: Recipe, full: boolean, output: Output): number {
  const plan = planFlash(unit, recipe, { full });
  if (!plan.ok) return output.failed(plan.failure);
  const { platform, mode } = unit;
  const value = {
    ok: true,
    unit: { platform: platform.name, mode, isAsked: unit.modules !== undefined },
    recipe: recordedRecipe(recipe),
    full,
    ...describePlan(plan.value),
  };
  const found = `${platform.displayName}, ${mode === 'dfu' ? 'found in DFU mode' : 'running'}`;
  output.result(
    value,
    [`${found}; recipe ${recipe.name}, Device OS ${recipe.deviceOs}`, ...lines(plan.value)].join('\n'),
  );
  return EXIT.good;
}

function lines(plan: FlashPlan): readonly string[] {
  const steps = [...plan.before, ...plan.writes, ...plan.after];
  let number = 0;
  const part = (title: string, planned: readonly (typeof steps)[number][]): readonly string[] =>
    planned.length === 0 ? [] : ['', title, ...planned.flatMap((step) => stepLines(++number, step))];
  return [
    ...part('Before, over control requests', plan.before),
    ...part('In DFU mode', plan.writes),
    ...part('After the restart, over control requests', plan.after),
    ...(steps.length === 0 ? ['', 'Nothing to do: the unit holds everything.'] : []),
    ...(plan.skipped.length === 0 ? [] : ['', 'Left as it is']),
    ...plan.skipped.map(({ what, reason }) => `     ${what}: ${reason}`),
    ...(plan.remarks.length === 0 ? [] : ['', ...plan.remarks]),
    '',
    `${plan.totalBytes} bytes over DFU, about ${seconds(plan.expectedMs)} with all restarts, by the figures of the chips.`,
  ];
}

function stepLines(number: number, step: FlashPlan['writes'][number] | FlashPlan['after'][number]): readonly string[] {
  const bytes = 'bytes' in step ? `, ${step.bytes.length} bytes` : '';
  const place = step.transport === 'dfu' ? ` at 0x${step.address.toString(16).padStart(8, '0')}` : '';
  const how = step.transport === 'dfu' && step.compare ? ', compared first' : '';
  return [
    `${String(number).padStart(3)}  ${step.what}${place}${bytes}${how}, about ${seconds(step.expectedMs)}`,
    `     ${step.reason}`,
  ];
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
