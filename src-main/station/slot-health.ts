import type { HealthReason, SlotHealth } from '../domain/slot-health.ts';
import type { RunTrace } from './run-trace.ts';

/** Medians are over this many runs of a slot. */
export const HEALTH_WINDOW = 50;
/** Stalls and failures are counted over these, so that a repaired slot is soon clean again. */
const RECENT = 20;
/** Fewer runs than this say nothing, of a slot or of its neighbours; and so it is with the flashes and switches behind a median. */
const ENOUGH = 5;

/** From `watch` on somebody should look at the slot, from `bad` on it makes rejects. docs/slots.md explains them. */
const LIMITS = {
  /** Times the median pace of the other slots. */
  slow: { watch: 1.3, bad: 2 },
  /** Times the median switch time of the other slots with the same platform. */
  'slow-switch': { watch: 1.5, bad: 3 },
  /** In the last 20 runs. */
  stalls: { watch: 2, bad: 5 },
  failures: { watch: 2, bad: 4 },
} as const;

/** A count is the slot's own only if it is this much more than in the other slots: else the units or the firmware are to blame. */
const TIMES_THE_OTHERS = 2;

/**
 * The health of every slot, each against the others. `traces` are the runs of each slot, newest last; what is older than the window is
 * not looked at. Two reasons at once are `bad`, whatever each of them is worth alone.
 */
export function judgeSlots(traces: ReadonlyMap<string, readonly RunTrace[]>): ReadonlyMap<string, SlotHealth> {
  const measured = [...traces].map(([slot, all]) => measure(slot, all.slice(-HEALTH_WINDOW)));
  return new Map(
    measured.map((one) => {
      const others = measured.filter((other) => other !== one && other.runs >= ENOUGH);
      return [one.slot, judge(one, others)];
    }),
  );
}

type Measured = Omit<SlotHealth, 'verdict' | 'why' | 'reasons'> & {
  readonly platform: string | undefined;
  /** The medians that enough runs stand behind. */
  readonly sure: { readonly [Time in 'pace' | 'enterDfuMs' | 'restartMs']: number | undefined };
  readonly recent: { readonly stalls: number; readonly failures: number };
};

function measure(slot: string, traces: readonly RunTrace[]): Measured {
  const platform = traces.at(-1)?.platform;
  // How long a unit takes to restart is a matter of its platform, so a slot that changed platform starts anew in that.
  const alike = traces.filter((trace) => trace.platform === platform);
  const flashes = traces.flatMap(({ flash }) => (flash === undefined ? [] : [flash]));
  const recent = traces.slice(-RECENT);
  const paces = flashes.flatMap(({ writeMs, expectedMs }) => (expectedMs > 0 ? [writeMs / expectedMs] : []));
  const entries = alike.flatMap(({ enterDfuMs }) => enterDfuMs ?? []);
  const restarts = alike.flatMap(({ restartMs }) => restartMs ?? []);
  const medians = {
    bytesPerSecond: median(flashes.map(({ bytes, writeMs }) => (bytes * 1000) / writeMs)),
    pace: median(paces),
    enterDfuMs: median(entries),
    restartMs: median(restarts),
  };
  return {
    slot,
    platform,
    runs: traces.length,
    ...Object.fromEntries(Object.entries(medians).filter(([, value]) => value !== undefined)),
    stalls: sum(traces.map(({ stalls }) => stalls)),
    retries: sum(traces.map(({ retries }) => retries)),
    suspectFailures: traces.filter(({ isSuspect }) => isSuspect).length,
    sure: { pace: sureMedian(paces), enterDfuMs: sureMedian(entries), restartMs: sureMedian(restarts) },
    recent: {
      stalls: sum(recent.map(({ stalls }) => stalls)),
      failures: recent.filter(({ isSuspect }) => isSuspect).length,
    },
  };
}

function judge(measured: Measured, others: readonly Measured[]): SlotHealth {
  const { recent, sure, platform, ...shown } = measured;
  const alike = others.filter((other) => other.platform === platform);
  const candidates: readonly (HealthReason | undefined)[] = [
    timesSlower(
      'slow',
      sure.pace,
      others.map((other) => other.sure.pace),
    ),
    timesSlower(
      'slow-switch',
      sure.enterDfuMs,
      alike.map((other) => other.sure.enterDfuMs),
    ) ??
      timesSlower(
        'slow-switch',
        sure.restartMs,
        alike.map((other) => other.sure.restartMs),
      ),
    ownCount(
      'stalls',
      recent.stalls,
      others.map((other) => other.recent.stalls),
    ),
    ownCount(
      'failures',
      recent.failures,
      others.map((other) => other.recent.failures),
    ),
  ];
  const reasons = candidates
    .filter((reason) => reason !== undefined)
    .toSorted((one, other) => Number(isBad(other)) - Number(isBad(one)));
  if (reasons.length === 0) return { ...shown, verdict: measured.runs < ENOUGH ? 'unknown' : 'good', reasons };
  const verdict = reasons.length > 1 || reasons.some(isBad) ? 'bad' : 'watch';
  const why = `Cable, hub or port is suspect: ${reasons.map(inWords).join(', ')}.`;
  return { ...shown, verdict, why, reasons };
}

function timesSlower(
  kind: 'slow' | 'slow-switch',
  own: number | undefined,
  others: readonly (number | undefined)[],
): HealthReason | undefined {
  const usual = median(others.filter((other) => other !== undefined));
  if (own === undefined || usual === undefined) return undefined;
  const times = own / usual;
  return times > LIMITS[kind].watch ? { kind, times: Math.round(times * 10) / 10 } : undefined;
}

function ownCount(kind: 'stalls' | 'failures', count: number, others: readonly number[]): HealthReason | undefined {
  const usual = median(others) ?? 0;
  return count >= LIMITS[kind].watch && count > usual * TIMES_THE_OTHERS ? { kind, count } : undefined;
}

function isBad(reason: HealthReason): boolean {
  return 'count' in reason ? reason.count >= LIMITS[reason.kind].bad : reason.times > LIMITS[reason.kind].bad;
}

function inWords(reason: HealthReason): string {
  switch (reason.kind) {
    case 'slow':
      return `flashing takes ${reason.times} times as long as in the other slots`;
    case 'slow-switch':
      return `changing the mode takes ${reason.times} times as long as in the other slots`;
    case 'stalls':
      return `${reason.count} stalls in the last ${RECENT} runs`;
    case 'failures':
      return `${reason.count} of the last ${RECENT} runs lost the connection`;
  }
}

function sureMedian(values: readonly number[]): number | undefined {
  return values.length < ENOUGH ? undefined : median(values);
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
