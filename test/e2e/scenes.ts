import type { FailureCode } from '../../src-main/domain/failure-codes.ts';
import type { Outcome } from '../../src-main/domain/outcome.ts';
import type { RunView, SlotView, Snapshot, StepView } from '../../src-main/domain/snapshot.ts';

/** Every state a screen can be in, as snapshots: for pictures, and for browser tests that need a state rather than a way to it. */
export const STEPS = [
  'scan-label',
  'wait-for-unit',
  'identify',
  'check-agreement',
  'plan-flash',
  'enter-dfu',
  'flash',
  'restart',
  'prove',
  'read-sim',
  'add-to-product',
  'activate-sim',
] as const;

const COUNTS = { PASS: 1248, FAIL: 17, ERROR: 5, ABORTED: 2 };

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
    counts: COUNTS,
    troubles: [],
    ...(virtual
      ? {
          bench: slots.map(({ slot, unit, recipe }) => ({
            slot,
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
    ...more,
  };
}

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
  pass: () => slot('1', { unit: JUDGED, run: ended('PASS') }),
  fail: () => slot('1', { unit: JUDGED, run: ended('FAIL', 'agree/label-mismatch', 'check-agreement') }),
  error: () => slot('1', { run: ended('ERROR', 'usb/no-console', 'identify') }),
  aborted: () => slot('1', { unit: JUDGED, run: ended('ABORTED', 'run/aborted', 'flash') }),
};

const MIXED = ['flashing', 'pass', 'fail', 'error', 'awaiting-unit', 'aborted', 'working', 'idle'] as const;

/** This many slots, each in another state. */
export function mixedSlots(count: number): readonly SlotView[] {
  return MIXED.slice(0, count).map((name, index) => ({
    ...(ONE_SLOT[name]?.() ?? slot('1')),
    slot: String(index + 1),
    portPath: `1-${index + 1}`,
  }));
}
