import type { DfuVisit, UnitEvent, VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';

/** What was done to one unit's firmware, measured at the unit: milliseconds of its own clock, bytes of its own flash. */
export type JobFigures = {
  readonly visits: number;
  /** From the first to the last transfer of the DFU visits; 0 without one. */
  readonly wallMs: number;
  readonly eraseMs: number;
  readonly programMs: number;
  readonly wireMs: number;
  /** Away from the bus between the first and the last of the visits. */
  readonly restartsWithinMs: number;
  readonly sectorsErased: number;
  readonly bytesProgrammed: number;
  /** From the first erase to the end of the last program, without the uploads between them. */
  readonly writeMs: number;
  /** Uploads: of what had been written, and of what was there before. */
  readonly readBackMs: number;
  readonly readBackBytes: number;
  readonly comparedMs: number;
  readonly comparedBytes: number;
  readonly readWireMs: number;
  /** From the request that ends normal mode, or from power on, to normal mode again, the last time; 0 when the unit never left it. */
  readonly awayMs: number;
  /** Of `awayMs`, what the unit spends by itself from requests to resets, and in boots. */
  readonly restartsMs: number;
  readonly restarts: number;
  /** From the first to the last transfer of any kind to the firmware, control requests included. */
  readonly touchedMs: number;
  readonly requests: number;
};

/** Figures, and what follows from them. */
export type Derived = {
  /** erase + program + wire + restarts between visits: the busy floor with these transfers, reading included. */
  readonly busyMs: number;
  /** The same without what the reading took on the wire: the floor of a host that writes and never looks. */
  readonly writeFloorMs: number;
  readonly readMs: number;
  /** Busy floor of the whole way out of normal mode and back. */
  readonly awayFloorMs: number;
};

/** What follows from the figures of a job. */
export function derived(job: JobFigures): Derived {
  const busyMs = job.eraseMs + job.programMs + job.wireMs + job.restartsWithinMs;
  const readMs = job.readBackMs + job.comparedMs;
  return {
    busyMs,
    readMs,
    writeFloorMs: busyMs - job.readWireMs,
    awayFloorMs: job.eraseMs + job.programMs + job.wireMs + job.restartsMs,
  };
}

/** A look at a unit that goes on until `end`. */
export type JobWatch = {
  /** The figures so far; control requests after `until` (unit's time) are left out. */
  end(until?: number): JobFigures;
};

/** Begins to look at a unit: what it did before does not count. */
export function watchJob(unit: Pick<VirtualUnit, 'visits' | 'requests' | 'observe'>): JobWatch {
  const [visitsBefore, requestsBefore] = [unit.visits().length, unit.requests().length];
  const events: UnitEvent[] = [];
  const stop = unit.observe((event) => events.push(event));
  return {
    end(until = Number.POSITIVE_INFINITY) {
      stop();
      const visits = unit.visits().slice(visitsBefore);
      const requests = unit
        .requests()
        .slice(requestsBefore)
        .map(({ at }) => at)
        .filter((at) => at <= until);
      return figuresOf(visits, requests, events);
    },
  };
}

function figuresOf(visits: readonly DfuVisit[], requests: readonly number[], events: readonly UnitEvent[]): JobFigures {
  const sum = (of: (visit: DfuVisit) => number): number => visits.reduce((total, visit) => total + of(visit), 0);
  const [first, last] = [visits[0]?.firstTransferAt ?? 0, visits.at(-1)?.lastTransferAt ?? 0];
  const transfers = [...requests, ...visits.map(({ lastTransferAt }) => lastTransferAt)];
  const restarts = restartsOf(events, transfers);
  const starts = [...requests.slice(0, 1), ...visits.slice(0, 1).map(({ firstTransferAt }) => firstTransferAt)];
  const ends = [...requests.slice(-1), ...visits.slice(-1).map(({ lastTransferAt }) => lastTransferAt)];
  const [away, back] = [restarts[0], restarts.at(-1)];
  return {
    visits: visits.length,
    wallMs: last - first,
    eraseMs: sum(({ eraseMs }) => eraseMs),
    programMs: sum(({ programMs }) => programMs),
    wireMs: sum(({ wireMs }) => wireMs),
    restartsWithinMs: restarts
      .filter(({ from, to }) => from >= first && to <= last)
      .reduce((total, { from, to }) => total + to - from, 0),
    sectorsErased: sum(({ sectorsErased }) => sectorsErased),
    bytesProgrammed: sum(({ bytesProgrammed }) => bytesProgrammed),
    writeMs: sum(({ writeMs }) => writeMs),
    readBackMs: sum(({ readBack }) => readBack.wallMs),
    readBackBytes: sum(({ readBack }) => readBack.bytes),
    comparedMs: sum(({ compared }) => compared.wallMs),
    comparedBytes: sum(({ compared }) => compared.bytes),
    readWireMs: sum(({ readBack, compared }) => readBack.wireMs + compared.wireMs),
    awayMs: away === undefined || back === undefined ? 0 : back.to - away.from,
    restartsMs: restarts.reduce((total, { from, to }) => total + to - from, 0),
    restarts: restarts.length,
    touchedMs: starts.length === 0 ? 0 : Math.max(...ends) - Math.min(...starts),
    requests: requests.length,
  };
}

/**
 * The restarts, each from the last transfer before its reset (the unit takes a moment to obey, and that time is its own) or from power on,
 * to the next mode.
 */
function restartsOf(
  events: readonly UnitEvent[],
  transfers: readonly number[],
): readonly { readonly from: number; readonly to: number }[] {
  const restarts: { from: number; to: number }[] = [];
  let from: number | undefined;
  for (const event of events) {
    if (event.kind !== 'mode') continue;
    if (event.mode === 'restarting') {
      const asked = Math.max(...transfers.filter((at) => at <= event.at));
      from ??= event.why !== 'power on' && event.at - asked < LONGEST_DELAY_MS ? asked : event.at;
    } else if (event.mode !== 'off' && from !== undefined) {
      restarts.push({ from, to: event.at });
      from = undefined;
    }
  }
  return restarts;
}

/** A unit resets 1000 ms after the request for it, and 500 ms after the one to leave DFU mode (device-usb.md 3.3, 5.1). */
const LONGEST_DELAY_MS = 1100;
