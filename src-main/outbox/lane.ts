import type { CloudStanding, CloudState, CloudStep } from '../domain/cloud-work.ts';
import { type Failure, StationError } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure-codes.ts';
import type { AuditLog } from '../ports/audit-log.ts';
import type { BulkCloud, CloudOptions } from '../ports/cloud.ts';
import type { SimImports } from '../ports/sim-imports.ts';
import type { OutboxPace } from './outbox-pace.ts';
import type { QueuedUnit } from './queued-unit.ts';
import type { Takt } from './takt.ts';

/** What a lane is given. */
export type LaneSetting = {
  readonly productId: number;
  readonly audit: Pick<AuditLog, 'addCloudSteps' | 'findRuns'>;
  readonly cloud: BulkCloud;
  /** The one record of imports that this station shares with the bulk jobs on its data folder. */
  readonly simImports: SimImports;
  readonly cloudTime: () => Date;
  readonly pace: OutboxPace;
  /** Aborts when the outbox closes. */
  readonly signal: AbortSignal;
  readonly moved: (unit: QueuedUnit, before: CloudState) => void;
  readonly changed: () => void;
  readonly troubled: (standing: CloudStanding, failure: Failure) => void;
};

/** What one round of a lane works with. */
export type Round = LaneSetting & {
  readonly nowMs: number;
  /** How many pages the lists of this product had when they were last read; undefined before. */
  readonly pages: { devices: number | undefined; sims: number | undefined };
  /** How many identifiers the cloud takes in one request, as far as it has refused more. */
  readonly limit: { chunk: number };
  /** How far apart its requests for new units are. */
  readonly takt: Takt;
  /** Writes the steps, all in one transaction, and only then moves the units. */
  record(steps: readonly { readonly unit: QueuedUnit; readonly step: CloudStep }[]): void;
};

/** Nobody at a slot waits for the outbox. Bulk requests may take long (cloud-api.md 3.3). */
export function inBackground({ signal }: Pick<LaneSetting, 'signal'>): CloudOptions {
  return { signal, timeoutMs: 120_000, priority: 'background' };
}

/**
 * An answer about one unit that makes no sense is no reason to keep the others waiting: undefined then, as if the thing were not
 * there yet. Every other failure is one of the whole lane.
 */
export async function unlessAboutOne<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer;
  } catch (thrown) {
    if (isAboutOne(thrown)) return undefined;
    throw thrown;
  }
}

/** Whether a request failed for what it asked about, and not for network, token or cloud. */
export function isAboutOne(thrown: unknown): boolean {
  return thrown instanceof StationError && ABOUT_ONE.includes(thrown.code);
}

const ABOUT_ONE: readonly FailureCode[] = ['cloud/bad-answer', 'cloud/refused', 'cloud/not-found'];

/** The smallest of any number of times; infinite when there is none. */
export function earliest(times: readonly number[]): number {
  return times.reduce((first, time) => Math.min(first, time), Number.POSITIVE_INFINITY);
}

/** Consecutive parts of at most so many. */
export function parts<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
