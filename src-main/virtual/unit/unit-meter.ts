/**
 * What one visit to DFU mode did, measured at the unit in its own time (ms). `busyMs` of a station's bench is
 * eraseMs + programMs + wireMs; the wall time of a visit is lastTransferAt - firstTransferAt.
 */
export type DfuVisit = {
  readonly firstTransferAt: number;
  readonly lastTransferAt: number;
  readonly eraseMs: number;
  readonly programMs: number;
  readonly wireMs: number;
  readonly sectorsErased: number;
  readonly bytesProgrammed: number;
};

/** Counts busy time and bytes of a unit, per DFU visit. */
export class UnitMeter {
  #visit: { -readonly [Key in keyof DfuVisit]: DfuVisit[Key] } | undefined;
  readonly #visits: DfuVisit[] = [];

  /** Finished visits, oldest first, and the one that goes on, if any. */
  visits(): readonly DfuVisit[] {
    return this.#visit === undefined ? [...this.#visits] : [...this.#visits, { ...this.#visit }];
  }

  /** A transfer of DFU mode came at `now` and took this long on the wire. */
  transfer(now: number, wireMs: number): void {
    this.#visit ??= {
      firstTransferAt: now,
      lastTransferAt: now,
      eraseMs: 0,
      programMs: 0,
      wireMs: 0,
      sectorsErased: 0,
      bytesProgrammed: 0,
    };
    this.#visit.wireMs += wireMs;
    this.#visit.lastTransferAt = now + wireMs;
  }

  erased(milliseconds: number): void {
    if (this.#visit === undefined) return;
    this.#visit.eraseMs += milliseconds;
    this.#visit.sectorsErased += 1;
  }

  programmed(bytes: number, milliseconds: number): void {
    if (this.#visit === undefined) return;
    this.#visit.programMs += milliseconds;
    this.#visit.bytesProgrammed += bytes;
  }

  /** DFU mode was left; returns the visit if there was any transfer. */
  leave(): DfuVisit | undefined {
    const visit = this.#visit;
    this.#visit = undefined;
    if (visit !== undefined) this.#visits.push(visit);
    return visit;
  }
}
