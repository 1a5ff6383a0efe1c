import type { Iccid } from '../domain/iccid.ts';

/**
 * What a bulk job knows of one identifier, the last word on it. `asked`: a request with it may have gone out, and nothing proves yet
 * what came of it. `settled`: its result is proven or final. `unasked`: the cloud refused the whole request, so nothing came of it.
 */
export type BulkMark = {
  readonly identifier: string;
  readonly state: 'asked' | 'settled' | 'unasked';
  readonly result?: BulkResult;
  /** One sentence, where there is more to say. */
  readonly reason?: string;
};

/**
 * `added`, `imported`: done by this job and read back. `already-there`: in the product before. `refused`: the cloud does not take it.
 * `failed`: the SIM is in the product and its activation failed.
 */
export type BulkResult = 'added' | 'imported' | 'already-there' | 'refused' | 'failed';

/** The journal of one bulk job: on disk before anything is asked, and all there is to go on from after a crash. */
export interface BulkJournal {
  marks(): ReadonlyMap<string, BulkMark>;
  /** How many of them are settled. */
  settled(): number;
  /** All of them, durable on return, or none; a later mark replaces an earlier one. Throws `identity/write-failed`. */
  write(marks: readonly BulkMark[]): void;
  close(): void;
}

/**
 * Which SIMs this station has asked to be imported, over all jobs: an import is queued, so a second job could ask before the first shows.
 * Throws `identity/write-failed` and `identity/damaged`.
 */
export interface SimImportLedger {
  /** Those of the SIMs that the caller may ask for, kept as asked and durable on return; not those asked for a short while ago. */
  claim(productId: number, iccids: readonly Iccid[]): readonly Iccid[];
  /** The cloud has surely not taken them. */
  notTaken(productId: number, iccids: readonly Iccid[]): void;
  close(): void;
}
