import type { FailureCode } from '../domain/failure-codes.ts';
import type { Json } from '../domain/json.ts';
import type { RunRecord } from '../domain/run-record.ts';

/** What one run showed of its slot, by the records of its steps alone (domain/slot-health.ts, `figures`). Times in ms. */
export type RunTrace = {
  readonly platform: string;
  /** Absent when the run wrote nothing. */
  readonly flash?: { readonly bytes: number; readonly writeMs: number; readonly expectedMs: number };
  readonly enterDfuMs?: number;
  readonly restartMs?: number;
  readonly stalls: number;
  readonly retries: number;
  /** It ended in a failure that a cable, a hub or a port can cause. */
  readonly isSuspect: boolean;
};

/** Sums a run up. Figures that are missing or make no sense are left out: records are years old, or of other versions. */
export function traceOf({ begun, steps, ended }: RunRecord): RunTrace {
  const figures = steps
    .filter(({ step }) => MEASURED.includes(step))
    .map(({ step, evidence }) => ({ step, figures: evidence?.figures ?? memberOf(evidence?.visit, 'figures') }));
  const sum = (name: string): number => figures.reduce((total, one) => total + numberIn(one.figures, name), 0);
  const flash = { bytes: sum('bytesWritten'), writeMs: sum('writeMs'), expectedMs: sum('expectedMs') };
  const switchMs = (wanted: string): number =>
    numberIn(figures.findLast(({ step }) => step === wanted)?.figures, 'switchMs');
  const enterDfuMs = switchMs('enter-dfu');
  const restartMs = switchMs('restart');
  const moreTries = figures.reduce((total, one) => total + Math.max(0, numberIn(one.figures, 'tries') - 1), 0);
  const moreAttempts = steps.filter(({ step, attempt }) => MEASURED.includes(step) && attempt > 1).length;
  return {
    platform: begun.recipe.platform,
    ...(flash.bytes > 0 && flash.writeMs > 0 ? { flash } : {}),
    ...(enterDfuMs > 0 ? { enterDfuMs } : {}),
    ...(restartMs > 0 ? { restartMs } : {}),
    stalls: sum('stalls'),
    retries: sum('retries') + moreTries + moreAttempts,
    isSuspect: ended?.failure !== undefined && SUSPECT.includes(ended.failure.code),
  };
}

/** The steps that leave figures; a second visit to DFU mode keeps its own under `visit`. */
const MEASURED = ['flash', 'complete-update', 'enter-dfu', 'restart'];

/**
 * What a bad cable, hub or port looks like from the station. Damaged content is not among it: USB checks its packets, so what arrives
 * is what was sent.
 */
const SUSPECT: readonly FailureCode[] = [
  'usb/transfer-failed',
  'usb/no-console',
  'flash/unit-not-found',
  'flash/stalled',
  'flash/tool-failed',
  'dfu/not-entered',
  'restart/not-back',
  'unit/unplugged',
  'unit/no-answer',
];

function numberIn(figures: Json | undefined, name: string): number {
  const value = memberOf(figures, name);
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

function memberOf(json: Json | undefined, name: string): Json | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  return (json as Readonly<Record<string, Json>>)[name];
}
