import type { CloudBacklog } from '../../src-main/domain/cloud-work.ts';
import type { Failure } from '../../src-main/domain/failure.ts';
import type { FailureCode } from '../../src-main/domain/failure-codes.ts';
import type { Outcome } from '../../src-main/domain/outcome.ts';
import type { SlotHealth } from '../../src-main/domain/slot-health.ts';
import type {
  LearningSlot,
  LearningView,
  RunView,
  SlotView,
  Snapshot,
  StepView,
} from '../../src-main/domain/snapshot.ts';

/** Every state a screen can be in, as snapshots: for pictures, and for browser tests that need a state rather than a way to it. */
export const STEPS = [
  'scan-label',
  'wait-for-unit',
  'identify',
  'check-agreement',
  'plan-flash',
  'update-by-request',
  'enter-dfu',
  'flash',
  'restart',
  'complete-update',
  'prove',
  'read-sim',
  'add-to-product',
  'activate-sim',
] as const;

const COUNTS = { PASS: 1248, FAIL: 17, ERROR: 5, ABORTED: 2 };

/** Everything is in the cloud. */
export const NO_BACKLOG: CloudBacklog = {
  open: 0,
  notInProduct: 0,
  batch: { built: 0, 'in-product': 0, 'sim-pending': 0, 'sim-active': 1248, rejected: 0 },
};

/** 128 units wait, the oldest for a bit more than three hours; held by this when it is given. */
export function backlog(held?: CloudBacklog['held'], more: Partial<CloudBacklog> = {}): CloudBacklog {
  return {
    open: 128,
    notInProduct: 96,
    oldestAt: secondsAgo(3 * 3600 + 400),
    batch: { built: 96, 'in-product': 2, 'sim-pending': 30, 'sim-active': 1118, rejected: 2 },
    ...(held === undefined ? {} : { held }),
    ...more,
  };
}

/** Why the cloud work waits: for something that passes by itself, and for something that a person must put right. */
export const HELD = {
  offline: { code: 'cloud/unreachable', detail: 'POST /v1/products/20001/devices: connect ECONNREFUSED 10.1.2.3:443' },
  'no-right': {
    code: 'cloud/permission',
    detail: 'POST /v1/products/20001/devices: 403, scope devices:import is missing',
  },
} as const satisfies Record<string, Failure>;

/** The cloud rejected a unit that had passed, out of this carton, or, without a carton, of the batch. */
export function rejectedLater(runId: string, unit: string, carton?: string): Failure {
  return {
    code: 'cloud/rejected-later',
    detail: `${unit} passed; the cloud rejected it: it is of another product.`,
    evidence: { runId, code: 'cloud/device-rejected', unit, batch: '2026-11-21/A', carton: carton ?? null },
  };
}

/** A unit still lies in its slot when the cloud rejects it. */
export function rejectedInSlot(): Snapshot {
  const run = intoCarton(ended('PASS'), 'C-0017');
  return line([slot('1', { unit: JUDGED, run }), slot('2')], {
    troubles: [rejectedLater(run.runId, 'P046AB1234567CD', 'C-0017')],
    cloud: { ...NO_BACKLOG, batch: { ...NO_BACKLOG.batch, rejected: 1 } },
  });
}

/** With this carton open. */
export function withCarton(snapshot: Snapshot, carton: string): Snapshot {
  return { ...snapshot, station: { ...snapshot.station, carton } };
}

/** A line of these slots; virtual, with a shelf of units, unless told otherwise. */
export function line(
  slots: readonly SlotView[],
  { virtual = true, ...more }: { virtual?: boolean } & Partial<Snapshot> = {},
): Snapshot {
  return {
    station: {
      name: virtual ? 'Virtual line' : 'Line 3, bench B',
      appVersion: '0.1.0',
      virtual,
      batch: '2026-11-21/A',
      procedure: STEPS.map((id) => ({ id, title: id })),
    },
    slots,
    flashLimit: {},
    counts: COUNTS,
    cloud: NO_BACKLOG,
    troubles: [],
    ...(virtual
      ? {
          bench: slots.map(({ slot, portPath, unit, recipe }) => ({
            slot,
            portPath: portPath ?? `1-${slot}`,
            platform: recipe.platform,
            serialNumber: 'P046AB1234567CD',
            plugged: unit !== undefined,
            fault: '',
          })),
        }
      : {}),
    ...more,
  };
}

/** An idle slot, or one with this unit and this run. */
export function slot(name: string, more: Partial<SlotView> = {}): SlotView {
  return {
    slot: name,
    portPath: `1-${name}`,
    recipe: {
      name: 'Asset tracker',
      sha256: 'a'.repeat(64),
      productId: 20001,
      productVersion: 7,
      platform: 'boron',
      deviceOs: '6.3.2',
      applicationSha256: 'b'.repeat(64),
    },
    health: health('unknown', { runs: 0 }),
    ...more,
  };
}

/** A slot's figures, and what is said of them. */
export function health(verdict: SlotHealth['verdict'], more: Partial<SlotHealth> = {}): SlotHealth {
  return { slot: '', runs: 50, stalls: 0, retries: 0, suspectFailures: 0, verdict, reasons: [], ...more };
}

const MEASURED = { bytesPerSecond: 48_210, pace: 1.06, enterDfuMs: 2140, restartMs: 4310 } as const;

/** So many slots of a line with a hub, one good, one to watch, one bad, one not taught yet, and so on. */
export function judgedSlots(count: number): readonly SlotView[] {
  const judged: readonly Partial<SlotView>[] = [
    { health: health('good', MEASURED) },
    {
      health: health('watch', {
        ...MEASURED,
        pace: 1.52,
        bytesPerSecond: 33_100,
        reasons: [{ kind: 'slow', times: 1.4 }],
      }),
    },
    {
      health: health('bad', {
        ...MEASURED,
        stalls: 7,
        retries: 9,
        suspectFailures: 5,
        reasons: [
          { kind: 'stalls', count: 7 },
          { kind: 'failures', count: 5 },
          { kind: 'slow-switch', times: 2.3 },
        ],
      }),
    },
    { health: health('unknown', { runs: 3 }) },
  ];
  return Array.from({ length: count }, (_, index) => {
    const name = String(index + 1);
    const { portPath: _before, ...view } = slot(name, judged[index % judged.length]);
    const hub = Math.floor(index / 4) + 1;
    return index % 4 === 3 ? view : { ...view, portPath: `1-${hub}.${(index % 4) + 1}` };
  });
}

/** A round of teaching in which this many of the slots had their turn. */
export function learning(slots: number, turns: number, more: Partial<LearningView> = {}): LearningView {
  const state = (index: number): LearningSlot['state'] => {
    if (index === turns) return 'present';
    if (index > turns) return 'waiting';
    return index === 1 ? 'skipped' : 'learnt';
  };
  return {
    ...(turns < slots ? { present: String(turns + 1) } : {}),
    slots: Array.from({ length: slots }, (_, index) => ({
      slot: String(index + 1),
      state: state(index),
      ...(state(index) === 'learnt' ? { portPath: `1-1.${index + 1}` } : {}),
    })),
    ...more,
  };
}

/** Why a unit taught nothing. */
export const PORT_TAKEN = {
  code: 'slot/port-taken',
  detail: 'Port 1-1.1 is slot 1 since this round began.',
  evidence: { slot: '1', portPath: '1-1.1' },
} as const;

/** A unit in its slot. */
export const UNIT = { mode: 'normal', platform: 'boron', hasVerdict: false } as const;
/** A unit that the verdict on its slot is about. */
export const JUDGED = { ...UNIT, hasVerdict: true } as const;

/** A run that is at this step. */
export function running(step: (typeof STEPS)[number], more: Partial<RunView> = {}): RunView {
  const present = STEPS.indexOf(step);
  return run(
    STEPS.map((id, index) => {
      if (index < present) return passed(id, index);
      return index === present
        ? { step: id, state: 'running', attempt: 1, startedAt: secondsAgo(4) }
        : { step: id, state: 'waiting', attempt: 0 };
    }),
    more,
  );
}

/** A run writing the application, 62 % done. */
export function flashing(): RunView {
  const progress = {
    what: 'application',
    phase: 'write',
    doneBytes: 74_310,
    totalBytes: 119_864,
    overall: 0.62,
  } as const;
  return running('flash', { progress });
}

/** A run that has ended like this at this step. */
export function ended(outcome: Outcome, code?: FailureCode, step: (typeof STEPS)[number] = 'activate-sim'): RunView {
  const last = STEPS.indexOf(step);
  const states = { PASS: 'passed', FAIL: 'failed', ERROR: 'error', ABORTED: 'aborted' } as const;
  return run(
    STEPS.slice(0, last + 1).map((id, index) => ({
      ...passed(id, index),
      ...(index === last ? { state: states[outcome] } : {}),
    })),
    {
      ended: {
        outcome,
        durationMs: 23_412,
        unit: { serialNumber: 'P046AB1234567CD' },
        ...(code === undefined ? {} : { failure: { code, detail: 'A sentence with the facts for the engineer.' } }),
      },
    },
  );
}

/** A passed run whose unit was counted into this carton. */
export function intoCarton(view: RunView, carton: string): RunView {
  return view.ended === undefined ? view : { ...view, ended: { ...view.ended, carton } };
}

function run(steps: readonly StepView[], more: Partial<RunView>): RunView {
  return {
    runId: `run-${steps.length}`,
    label: { kind: 'serial-number', value: 'P046AB1234567CD' },
    startedAt: secondsAgo(13),
    steps,
    ...more,
  };
}

function passed(step: string, index: number): StepView {
  return { step, state: 'passed', attempt: 1, startedAt: secondsAgo(12), durationMs: 180 + index * 437 };
}

function secondsAgo(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}

/** The states of one slot, by name. */
export const ONE_SLOT: Readonly<Record<string, () => SlotView>> = {
  idle: () => slot('1'),
  'unit-in': () => slot('1', { unit: UNIT }),
  'awaiting-unit': () => slot('1', { run: running('wait-for-unit') }),
  working: () => slot('1', { unit: UNIT, run: running('check-agreement') }),
  flashing: () => slot('1', { unit: { ...UNIT, mode: 'dfu' }, run: flashing() }),
  'waiting-turn': () => slot('1', { unit: UNIT, run: running('flash', { isWaitingForTurn: true }) }),
  'not-taught': () => withoutPort(slot('1')),
  'bad-slot': () => slot('1', { unit: UNIT, run: running('identify'), health: health('bad') }),
  pass: () => slot('1', { unit: JUDGED, run: ended('PASS') }),
  'pass-carton': () => slot('1', { unit: JUDGED, run: intoCarton(ended('PASS'), 'C-0017') }),
  fail: () => slot('1', { unit: JUDGED, run: ended('FAIL', 'agree/label-mismatch', 'check-agreement') }),
  error: () => slot('1', { run: ended('ERROR', 'usb/no-console', 'identify') }),
  aborted: () => slot('1', { unit: JUDGED, run: ended('ABORTED', 'run/aborted', 'flash') }),
};

function withoutPort({ portPath: _none, ...view }: SlotView): SlotView {
  return view;
}

const MIXED = ['flashing', 'pass', 'fail', 'error', 'awaiting-unit', 'aborted', 'working', 'waiting-turn'] as const;

/** This many passed units, each counted into a carton. */
export function passedSlots(count: number, carton: string): readonly SlotView[] {
  return Array.from({ length: count }, (_, index) =>
    slot(String(index + 1), {
      unit: JUDGED,
      run: { ...intoCarton(ended('PASS'), carton), runId: `passed-${index + 1}` },
    }),
  );
}

/** This many slots, each in another state. */
export function mixedSlots(count: number): readonly SlotView[] {
  return MIXED.slice(0, count).map((name, index) => ({
    ...(ONE_SLOT[name]?.() ?? slot('1')),
    slot: String(index + 1),
    portPath: `1-${index + 1}`,
  }));
}
