import type { CloudStanding, OnlineProof } from '../domain/cloud-work.ts';
import { type Failure, failureOf } from '../domain/failure.ts';
import type { AuditLog } from '../ports/audit-log.ts';
import type { AwaitedUnit, OnlineVerdict } from './awaited-unit.ts';

/** What the record says of a run now, and whether it said before that the unit is late. */
export type Judged = { readonly standing: CloudStanding; readonly wasLate: boolean };

type Unwritten = Judged & { readonly proof: OnlineProof };

export type VerdictBookSetting = {
  readonly audit: Pick<AuditLog, 'addOnlineProofs'>;
  readonly cloudTime: () => Date | undefined;
  /** Verdicts that come within this time are written together, in milliseconds. */
  readonly gatherMs: number;
  /** These verdicts are on record. */
  readonly recorded: (judged: readonly Judged[]) => void;
  /** These could not be written, and are forgotten here. */
  readonly refused: (standings: readonly CloudStanding[], failure: Failure) => void;
};

/** Gathers verdicts and puts them on record, those of a moment in one transaction. */
export class VerdictBook {
  readonly #setting: VerdictBookSetting;
  readonly #unwritten = new Map<string, Unwritten>();
  #timer: NodeJS.Timeout | undefined;

  constructor(setting: VerdictBookSetting) {
    this.#setting = setting;
  }

  /** The verdict on a unit, for each of its runs. */
  add({ standings, isLate }: AwaitedUnit, verdict: OnlineVerdict): void {
    const at = (this.#setting.cloudTime() ?? new Date()).toISOString();
    for (const standing of standings) {
      const { runId } = standing.work;
      const wasLate = this.#unwritten.get(runId)?.wasLate ?? isLate;
      this.#unwritten.set(runId, { standing, wasLate, proof: { runId, at, ...verdict } });
    }
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.write(), this.#setting.gatherMs);
    this.#timer.unref();
  }

  /** Writes what there is, now. */
  write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const found = [...this.#unwritten.values()];
    if (found.length === 0) return;
    this.#unwritten.clear();
    const { audit, recorded, refused } = this.#setting;
    try {
      audit.addOnlineProofs(found.map(({ proof }) => proof));
    } catch (thrown) {
      refused(
        found.map(({ standing }) => standing),
        failureOf(thrown),
      );
      return;
    }
    recorded(found.map(({ standing, wasLate, proof }) => ({ standing: { ...standing, online: proof }, wasLate })));
  }
}
