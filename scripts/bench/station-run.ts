import type { BuiltStation } from '../../src-main/build-station.ts';
import type { RunRecord } from '../../src-main/domain/run-record.ts';
import type { Snapshot } from '../../src-main/domain/snapshot.ts';
import type { VirtualUnit } from '../../src-main/virtual/unit/virtual-unit.ts';
import { labelTextOf } from '../../src-main/virtual-bench.ts';
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

/** A unit that is plugged into a slot of the station. */
export type PluggedUnit = { readonly slot: string; readonly unit: VirtualUnit };

/**
 * Builds these units at once: waits until all are up, so that no boot but the two of the procedure is in the figures, scans their
 * labels, waits for the verdicts. Throws when a unit does not pass: figures of failures mean nothing.
 */
export async function buildByStation(
  { station, ports }: Pick<BuiltStation, 'station' | 'ports'>,
  units: readonly PluggedUnit[],
): Promise<readonly StationRun[]> {
  await snapshotWhere(station, ({ slots }) =>
    units.every(({ slot }) => slots.some((view) => view.slot === slot && view.unit?.mode === 'normal')),
  );
  const runIds = await Promise.all(
    units.map(async ({ slot, unit }) => {
      const answer = await station.call('scan', { text: labelTextOf(unit), slot });
      if (!answer.ok) throw new Error(`${answer.failure.code}: ${answer.failure.detail}`);
      return answer.value.runId ?? '';
    }),
  );
  await snapshotWhere(station, ({ slots }) =>
    runIds.every((runId) => slots.some(({ run }) => run?.runId === runId && run.ended !== undefined)),
  );
  return units.map(({ unit }, index) => measuredRun(ports.audit.readRun(runIds[index] ?? ''), unit));
}

function measuredRun(record: RunRecord | undefined, unit: VirtualUnit): StationRun {
  if (record?.ended?.outcome !== 'PASS') {
    throw new Error(`A unit did not pass: ${JSON.stringify(record?.ended?.failure ?? 'it has no verdict')}`);
  }
  const { begun, steps, ended } = record;
  const [visit, ...others] = unit.visits();
  if (visit === undefined || others.length > 0) throw new Error('The unit was not in DFU mode exactly once.');
  const flash = steps.findLast(({ step }) => step === 'flash');
  const writes = (flash?.evidence?.writes ?? []) as readonly { readonly durationMs: number }[];
  return {
    slot: begun.slot,
    deviceOs: begun.recipe.deviceOs,
    wholeMs: ended.durationMs,
    steps: steps.map(({ step, attempt, durationMs }) => ({ step, attempt, durationMs })),
    programMs: writes.map(({ durationMs }) => durationMs),
    visit: figuresOf(visit),
  };
}

function snapshotWhere(station: BuiltStation['station'], accepts: (snapshot: Snapshot) => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const unsubscribe = station.subscribe((snapshot) => {
    if (accepts(snapshot)) resolve();
  });
  return promise.finally(unsubscribe);
}
