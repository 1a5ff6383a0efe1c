import type { BuiltStation } from '../../../src-main/build-station.ts';
import type { RunRecord } from '../../../src-main/domain/run-record.ts';
import type { Snapshot } from '../../../src-main/domain/snapshot.ts';
import type { VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { labelTextOf } from '../../../src-main/virtual-bench.ts';
import { type JobFigures, watchJob } from './job-figures.ts';

/** A job done by the station, from the scan on. Times in ms. */
export type StationJob = {
  readonly slot: string;
  readonly job: JobFigures;
  /** From the scan to firmware that is proven by the record. */
  readonly provenMs: number;
  /** From the scan to the verdict on disk. */
  readonly verdictMs: number;
  /** With `isPluggedLast`, from the unit's power on: to the end of its boot, to its arrival at the station, to proven firmware. */
  readonly plug?: { readonly bootMs: number; readonly seenMs: number; readonly provenMs: number };
  readonly steps: readonly { readonly step: string; readonly durationMs: number }[];
};

/** A unit, the slot it belongs into, and how it gets there. */
export type JobUnit = {
  readonly slot: string;
  readonly unit: VirtualUnit;
  readonly plug: () => void;
  readonly pull: () => void;
};

/**
 * Plugs these units in, scans their labels at once when all are up, and waits for the verdicts. With `isPluggedLast` units that are
 * plugged in are pulled, and plugged in again after the scan. Throws when a unit does not pass: figures of failures mean nothing.
 */
export async function jobsByStation(
  { station, ports }: Pick<BuiltStation, 'station' | 'ports'>,
  units: readonly JobUnit[],
  { isPluggedLast = false }: { readonly isPluggedLast?: boolean } = {},
): Promise<readonly StationJob[]> {
  const seen = (is: boolean): Promise<void> =>
    snapshotWhere(station, ({ slots }) =>
      units.every(({ slot }) => slots.some((view) => view.slot === slot && (view.unit?.mode === 'normal') === is)),
    );
  const plugAll = (): readonly Plugging[] => units.map(plugAndListen);
  let pluggings: readonly Plugging[];
  if (isPluggedLast) {
    for (const { pull } of units) pull();
    await seen(false);
    pluggings = [];
  } else {
    pluggings = plugAll();
    await seen(true);
  }
  const watches = units.map(({ unit }) => watchJob(unit));
  const runIds = await Promise.all(
    units.map(async ({ slot, unit }) => {
      const answer = await station.call('scan', { text: labelTextOf(unit), slot });
      if (!answer.ok) throw new Error(`${answer.failure.code}: ${answer.failure.detail}`);
      return answer.value.runId ?? '';
    }),
  );
  if (isPluggedLast) pluggings = plugAll();
  await snapshotWhere(station, ({ slots }) =>
    runIds.every((runId) => slots.some(({ run }) => run?.runId === runId && run.ended !== undefined)),
  );
  return units.map(({ slot }, index): StationJob => {
    const record = passed(ports.audit.readRun(runIds[index] ?? ''));
    const [plugging, watch] = [pluggings[index], watches[index]];
    if (plugging === undefined || watch === undefined) throw new RangeError('There is no such unit.');
    const { clockStartedAt, powerOnAt, upAt } = plugging;
    const provenAt = endOf(record, 'prove') - clockStartedAt;
    const seenAt = endOf(record, 'wait-for-unit') - clockStartedAt;
    return {
      slot,
      job: watch.end(provenAt + 1),
      provenMs: endOf(record, 'prove') - Date.parse(record.begun.at),
      verdictMs: record.ended?.durationMs ?? 0,
      ...(isPluggedLast
        ? {
            plug: {
              bootMs: (upAt() ?? 0) - powerOnAt,
              seenMs: seenAt - powerOnAt,
              provenMs: provenAt - powerOnAt,
            },
          }
        : {}),
      steps: record.steps.map(({ step, durationMs }) => ({ step, durationMs })),
    };
  });
}

/** Times of the unit's own clock, but for the first: when that clock showed 0, in ms since 1970. */
type Plugging = {
  readonly clockStartedAt: number;
  readonly powerOnAt: number;
  readonly upAt: () => number | undefined;
};

function plugAndListen({ unit, plug }: JobUnit): Plugging {
  let powerOnAt: number | undefined;
  let upAt: number | undefined;
  const stop = unit.observe((event) => {
    if (event.kind !== 'mode') return;
    powerOnAt ??= event.at;
    if (event.mode !== 'normal') return;
    upAt = event.at;
    stop();
  });
  plug();
  const now = Date.now();
  if (powerOnAt === undefined) throw new Error('A unit that is plugged in says at once that it starts.');
  return { clockStartedAt: now - powerOnAt, powerOnAt, upAt: () => upAt };
}

function passed(record: RunRecord | undefined): RunRecord {
  if (record?.ended?.outcome === 'PASS') return record;
  const failed = record?.steps.at(-1);
  throw new Error(`A unit did not pass: ${JSON.stringify(record?.ended?.failure ?? 'no verdict')} in ${failed?.step}`);
}

/** When this step ended, the last time, in ms since 1970. */
function endOf({ steps }: RunRecord, wanted: string): number {
  const found = steps.findLast(({ step }) => step === wanted);
  if (found === undefined) throw new Error(`The run has no step ${wanted}.`);
  return Date.parse(found.startedAt) + found.durationMs;
}

function snapshotWhere(station: BuiltStation['station'], accepts: (snapshot: Snapshot) => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const unsubscribe = station.subscribe((snapshot) => {
    if (accepts(snapshot)) resolve();
  });
  return promise.finally(unsubscribe);
}
