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
  /** From the first erase or program to the end of the last one, without the time under uploads between them. */
  readonly writeMs: number;
  /** Reading what had been written in this visit, and reading anything else. */
  readonly readBack: ReadFigures;
  readonly compared: ReadFigures;
};

/** Uploads of a visit. `wallMs` counts from the end of the transfer before each, so the host's own time is in it. */
export type ReadFigures = { readonly bytes: number; readonly wireMs: number; readonly wallMs: number };

/** A vendor request to the firmware in normal, listening or safe mode; what the operating system asks by itself is left out. */
export type ControlTransfer = { readonly at: number; readonly wireMs: number };

/** Counts busy time and bytes of a unit, per DFU visit, and the control requests outside of them. */
export class UnitMeter {
  #visit: Visit | undefined;
  readonly #visits: DfuVisit[] = [];
  #requests: ControlTransfer[] = [];

  /** Finished visits, oldest first, and the one that goes on, if any. */
  visits(): readonly DfuVisit[] {
    return this.#visit === undefined ? [...this.#visits] : [...this.#visits, visitOf(this.#visit)];
  }

  /** The vendor requests outside of DFU mode, oldest first; of very many, the newest. */
  requests(): readonly ControlTransfer[] {
    return [...this.#requests];
  }

  /** A vendor request came at `now` and had taken this long on the wire. */
  request(now: number, wireMs: number): void {
    this.#requests.push({ at: now, wireMs });
    if (this.#requests.length >= 2 * KEPT_REQUESTS) this.#requests = this.#requests.slice(-KEPT_REQUESTS);
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
      readBack: { bytes: 0, wireMs: 0, wallMs: 0 },
      compared: { bytes: 0, wireMs: 0, wallMs: 0 },
      writeMs: 0,
      written: new Set(),
      last: { wireMs: 0, wallMs: 0 },
      work: undefined,
    };
    const visit = this.#visit;
    visit.last = { wireMs, wallMs: now + wireMs - visit.lastTransferAt };
    visit.wireMs += wireMs;
    visit.lastTransferAt = now + wireMs;
  }

  /** The last transfer was an upload of this range. */
  uploaded(address: number, bytes: number): void {
    const visit = this.#visit;
    if (visit === undefined) return;
    const figures = visit.written.has(granuleOf(address)) ? visit.readBack : visit.compared;
    figures.bytes += bytes;
    figures.wireMs += visit.last.wireMs;
    figures.wallMs += visit.last.wallMs;
    if (visit.work !== undefined) visit.work.readSince += visit.last.wallMs;
  }

  /** A sector is erased from `now` on, and takes this long. */
  erased(now: number, milliseconds: number): void {
    if (this.#visit === undefined) return;
    this.#visit.eraseMs += milliseconds;
    this.#visit.sectorsErased += 1;
    this.#worked(this.#visit, now, milliseconds);
  }

  /** Bytes are programmed from `now` on, and take this long. */
  programmed(now: number, address: number, bytes: number, milliseconds: number): void {
    const visit = this.#visit;
    if (visit === undefined) return;
    this.#worked(visit, now, milliseconds);
    visit.programMs += milliseconds;
    visit.bytesProgrammed += bytes;
    for (let granule = granuleOf(address); granule <= granuleOf(address + bytes - 1); granule += 1) {
      visit.written.add(granule);
    }
  }

  #worked(visit: Visit, now: number, milliseconds: number): void {
    const { endedAt, readSince } = visit.work ?? { endedAt: now, readSince: 0 };
    visit.writeMs += now + milliseconds - endedAt - readSince;
    visit.work = { endedAt: now + milliseconds, readSince: 0 };
  }

  /** DFU mode was left; returns the visit if there was any transfer. */
  leave(): DfuVisit | undefined {
    if (this.#visit === undefined) return undefined;
    const visit = visitOf(this.#visit);
    this.#visit = undefined;
    this.#visits.push(visit);
    return visit;
  }
}

type Counted<Figures> = { -readonly [Key in keyof Figures]: Figures[Key] };

type Visit = Counted<Omit<DfuVisit, 'readBack' | 'compared'>> & {
  readonly readBack: Counted<ReadFigures>;
  readonly compared: Counted<ReadFigures>;
  /** Which granules of the flash have been programmed. */
  readonly written: Set<number>;
  /** The transfer that is going on or went last. */
  last: { wireMs: number; wallMs: number };
  /** The last erase or program, and the time under uploads since then. */
  work: { endedAt: number; readSince: number } | undefined;
};

/** How many control requests are remembered at least. */
const KEPT_REQUESTS = 5000;

/** What was written is remembered by the kilobyte, the smallest block any bootloader takes. */
function granuleOf(address: number): number {
  return Math.floor(address / 1024);
}

function visitOf({ written: _written, last: _last, work: _work, ...visit }: Visit): DfuVisit {
  return { ...visit, readBack: { ...visit.readBack }, compared: { ...visit.compared } };
}
