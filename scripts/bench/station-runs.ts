import { type BuiltVirtualStation, buildVirtualStation } from '../../src-main/build-virtual-station.ts';
import { demoRecipe } from '../../src-main/demo-recipe.ts';
import type { ModuleReport } from '../../src-main/domain/module-report.ts';
import { type PlatformName, platformByName } from '../../src-main/domain/platform.ts';
import type { RunRecord } from '../../src-main/domain/run-record.ts';
import type { Snapshot } from '../../src-main/domain/snapshot.ts';
import { type FlashPlan, planFlash } from '../../src-main/firmware/flash-plan.ts';
import { figuresOf, type VisitFigures } from './visit-figures.ts';

/** One unit built by the station, from its scan to its verdict. Times in ms. */
export type StationRun = {
  readonly slot: string;
  readonly deviceOs: string;
  /** From the scan to the verdict on disk. */
  readonly wholeMs: number;
  readonly steps: readonly { readonly step: string; readonly attempt: number; readonly durationMs: number }[];
  /** What each run of the flash program took, its start-up included. */
  readonly programMs: readonly number[];
  readonly visit: VisitFigures;
};

export type StationMeasurement = {
  readonly runs: readonly StationRun[];
  /** What was written to every unit: for a peer that is to write the same. */
  readonly plan: FlashPlan;
};

/**
 * Builds factory-fresh virtual units at the speed of real chips, through the station as `npm start` builds it: `slots` at once,
 * `runs` times. Each unit has booted before it is scanned, so no boot but the two of the procedure is in the figures. Throws when
 * a unit does not pass: a bench of failures means nothing.
 */
export async function measureStation(options: {
  readonly platform: PlatformName;
  readonly runs: number;
  readonly slots: number;
  readonly data: string;
  readonly onRun: (run: StationRun) => void;
}): Promise<StationMeasurement> {
  const { platform, runs, slots, data, onRun } = options;
  const built = await buildVirtualStation({ platforms: Array<PlatformName>(slots).fill(platform), data, speed: 1 });
  if (!built.ok) throw new Error(`${built.failure.code}: ${built.failure.detail}`);
  const line = built.value;
  try {
    const measured: StationRun[] = [];
    let record: RunRecord | undefined;
    for (let round = 1; round <= runs; round += 1) {
      const records = await buildOneEach(line, round > 1);
      for (const one of records) {
        const run = measuredRun(one, line);
        measured.push(run);
        onRun(run);
      }
      record = records[0];
    }
    if (record === undefined) throw new RangeError('A bench without a run.');
    return { runs: measured, plan: await planOf(record, platform, data) };
  } finally {
    await line.close();
  }
}

async function buildOneEach(line: BuiltVirtualStation, needsFresh: boolean): Promise<readonly RunRecord[]> {
  const slots = line.bench.units().map(({ slot }) => slot);
  for (const slot of slots) {
    if (needsFresh) await line.bench.fresh(slot);
    await line.bench.plug(slot, undefined);
  }
  await snapshotWhere(line, (snapshot) => snapshot.slots.every(({ unit }) => unit?.mode === 'normal'));
  const runIds = await Promise.all(
    slots.map(async (slot) => {
      const answer = await line.station.call('scan', { text: line.bench.labelText(slot), slot });
      if (!answer.ok) throw new Error(`${answer.failure.code}: ${answer.failure.detail}`);
      return answer.value.runId ?? '';
    }),
  );
  await snapshotWhere(line, (snapshot) =>
    snapshot.slots.every(({ run }) => run?.ended !== undefined && runIds.includes(run.runId)),
  );
  return runIds.map((runId) => {
    const record = line.ports.audit.readRun(runId);
    if (record?.ended?.outcome === 'PASS') return record;
    throw new Error(`A unit did not pass: ${JSON.stringify(record?.ended?.failure ?? 'it has no verdict')}`);
  });
}

function measuredRun({ begun, steps, ended }: RunRecord, line: BuiltVirtualStation): StationRun {
  const [visit, ...others] = line.bench.unit(begun.slot).visits();
  if (visit === undefined || others.length > 0) throw new Error('The unit was not in DFU mode exactly once.');
  const flash = steps.findLast(({ step }) => step === 'flash');
  const writes = (flash?.evidence?.writes ?? []) as readonly { readonly durationMs: number }[];
  return {
    slot: begun.slot,
    deviceOs: begun.recipe.deviceOs,
    wholeMs: ended?.durationMs ?? Number.NaN,
    steps: steps.map(({ step, attempt, durationMs }) => ({ step, attempt, durationMs })),
    programMs: writes.map(({ durationMs }) => durationMs),
    visit: figuresOf(visit),
  };
}

/** The station's plan for this unit, made again from what the unit reported: planning is a function of that and the recipe. */
async function planOf({ steps }: RunRecord, platformName: PlatformName, data: string): Promise<FlashPlan> {
  const platform = platformByName(platformName);
  const identity = steps.findLast(({ step }) => step === 'identify')?.learnt;
  const modules = identity?.modules as unknown as readonly ModuleReport[];
  const recipe = await demoRecipe(platform, { data, scale: 1 });
  if (!recipe.ok) throw new Error(recipe.failure.detail);
  const plan = planFlash({ platform, modules }, recipe.value);
  if (!plan.ok) throw new Error(plan.failure.detail);
  return plan.value;
}

function snapshotWhere(line: BuiltVirtualStation, accepts: (snapshot: Snapshot) => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const unsubscribe = line.station.subscribe((snapshot) => {
    if (accepts(snapshot)) resolve();
  });
  return promise.finally(unsubscribe);
}
