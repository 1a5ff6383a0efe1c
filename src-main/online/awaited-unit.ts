import { type CloudStanding, type OnlineProof, wasSeenOnline } from '../domain/cloud-work.ts';

/** A unit that is to come online. Times in ms since 1970, by the cloud's clock as far as that is known. */
export type AwaitedUnit = {
  readonly deviceId: string;
  /** Its runs that were not seen online, oldest first. A unit that was built twice is what the last of them made it. */
  readonly standings: readonly CloudStanding[];
  readonly productVersion: number;
  /** What the cloud heard of it before this was not of this run. */
  readonly heardFromMs: number;
  /** False while the outbox has not got it into the product: it cannot come online without (R16), and is not late for that. */
  readonly isInProduct: boolean;
  /** When it should have come online; while it is not in the product, the earliest that this can be. */
  readonly dueMs: number;
  /** It was called late; when it comes after all is still to be recorded. */
  readonly isLate: boolean;
};

/** What was seen of a unit in the cloud. */
export type SeenOnline = { readonly heardAt: string | undefined; readonly version: number | undefined };

export type OnlineVerdict = Pick<OnlineProof, 'verdict' | 'firstOnlineAt' | 'productVersion'>;

/** Units by device ID, from standings in the order of their runs; those that are not to come online are left out. */
export function awaitedUnits(standings: readonly CloudStanding[]): ReadonlyMap<string, AwaitedUnit> {
  const wasSeen = ({ online }: CloudStanding) => online !== undefined && wasSeenOnline(online);
  const awaited = standings.filter((standing) => standing.work.online !== undefined && !wasSeen(standing));
  const units = new Map<string, AwaitedUnit>();
  for (const [deviceId, runs] of Map.groupBy(awaited, ({ work }) => work.deviceId)) {
    const newest = runs.at(-1);
    if (newest?.work.online === undefined) continue;
    const { productVersion, withinHours } = newest.work.online;
    const passedMs = Date.parse(newest.work.online.since ?? newest.work.at);
    const isInProduct = newest.last.state !== 'built';
    const sinceMs = isInProduct ? memberSinceMs(newest, passedMs) : passedMs;
    units.set(deviceId, {
      deviceId,
      standings: runs,
      productVersion,
      // The station's clock may have been ahead when the unit passed.
      heardFromMs: Math.min(passedMs, sinceMs) - IN_SLOT_MS,
      isInProduct,
      dueMs: sinceMs + withinHours * HOUR,
      isLate: newest.online !== undefined,
    });
  }
  return units;
}

const HOUR = 3_600_000;
/** A unit may come online while it is still in its slot, after the restart and before the verdict. */
const IN_SLOT_MS = 10 * 60_000;

/** Since when it is known to be in the product: by the cloud's clock where the outbox put it there, else since its run. */
function memberSinceMs({ work, last }: CloudStanding, passedMs: number): number {
  if (last.simSince !== undefined) return Date.parse(last.simSince);
  return work.reached === 'built' ? Date.parse(last.at) : passedMs;
}

/**
 * What was seen means for the unit: undefined while it has not been heard, or while nobody says with which firmware. `firstOnlineAt` is
 * when it was heard: a list tells only the last time, so it may have been earlier.
 */
export function judgeOnline(unit: AwaitedUnit, { heardAt, version }: SeenOnline): OnlineVerdict | undefined {
  if (!wasHeard(unit, heardAt) || version === undefined) return undefined;
  const inTime = unit.isLate ? 'late' : 'online';
  const verdict = version === unit.productVersion ? inTime : 'wrong-version';
  return { verdict, ...(heardAt === undefined ? {} : { firstOnlineAt: heardAt }), productVersion: version };
}

/**
 * The verdict on a unit whose time is over, from what the cloud says of it now: late if it was never heard. One that was heard and names
 * no version runs something else than product firmware. A unit that was heard is not late, whenever that was: only its last time is told.
 */
export function judgeOverdue(unit: AwaitedUnit, seen: SeenOnline): OnlineVerdict {
  const { heardAt } = seen;
  if (!wasHeard(unit, heardAt)) return { verdict: 'late' };
  const heard: OnlineVerdict = {
    verdict: 'wrong-version',
    ...(heardAt === undefined ? {} : { firstOnlineAt: heardAt }),
  };
  return judgeOnline(unit, seen) ?? heard;
}

/** Whether the cloud has heard of it since it was built. */
export function wasHeard({ heardFromMs }: AwaitedUnit, heardAt: string | undefined): boolean {
  return heardAt !== undefined && Date.parse(heardAt) >= heardFromMs;
}
