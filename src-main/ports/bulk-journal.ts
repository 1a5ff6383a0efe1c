/**
 * What a bulk job knows of one identifier, the last word on it. `asked`: a request with it may have gone out, and nothing proves yet
 * what came of it. `settled`: its result is proven or final. `unasked`: the cloud refused the whole request, so nothing came of it.
 * `held`: this job has not asked, because somebody else is importing the SIM.
 */
export type BulkMark = {
  readonly identifier: string;
  readonly state: 'asked' | 'settled' | 'unasked' | 'held';
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
