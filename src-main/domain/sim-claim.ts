import type { FailureCode } from './failure-codes.ts';
import type { ActivationClass } from './sku-table.ts';

/**
 * That somebody has asked, or is about to ask, for the import of a SIM into a product. It is kept before the request goes out, in the one
 * place that station and command line share, because an import costs money and what a second one does nobody has verified
 * (cloud-api.md 2.8.1). Plain JSON.
 */
export type SimClaim = {
  readonly iccid: string;
  /** `import`: the SIM itself is named in a request. `pre-add`: its unit is, and an embedded SIM comes along (R22). */
  readonly how: 'import' | 'pre-add';
  /** A run or the outbox of the station, a bulk job, or a person at the view of the product. */
  readonly who: 'station' | 'job' | 'supervisor';
  /** What a person finds it by: the serial number or device ID of the station's unit, the list of the job, or who it was. */
  readonly name: string;
  /** ISO 8601 UTC, by the cloud's clock where the claimer knew it. */
  readonly at: string;
  /** Until then the import may be in the cloud's queue though the SIM does not show, likewise. */
  readonly until: string;
};

const HOUR = 3_600_000;

/**
 * So long an import may stay in the cloud's queue before a SIM that does not show was not taken, in milliseconds (cloud-api.md R26); of a
 * class that is not known, as long as the slowest.
 */
export function importQueueMs(activation?: ActivationClass): number {
  return activation === 'fast' ? HOUR : 24 * HOUR;
}

/** The claim on a SIM that is made at this time; `activation` where it is known. */
export function claimOf(
  { iccid, how, who, name }: Pick<SimClaim, 'iccid' | 'how' | 'who' | 'name'>,
  at: Date,
  activation?: ActivationClass,
): SimClaim {
  const until = new Date(at.getTime() + importQueueMs(activation));
  return { iccid, how, who, name, at: at.toISOString(), until: until.toISOString() };
}

/**
 * Whether an earlier claim keeps a new one on the same SIM waiting: the request of the earlier one may still be in the cloud's queue, and
 * the SIM would be named in two imports. Whichever of the two knows the faster class is believed. A pre-add is no second import of a SIM
 * whose unit is being pre-added, because a unit that is there already is left as it is (cloud-api.md 2.2.3).
 */
export function isHeldBy(earlier: SimClaim, wanted: SimClaim): boolean {
  const queueMs = Math.min(queueOf(earlier), queueOf(wanted));
  if (Date.parse(wanted.at) - Date.parse(earlier.at) > queueMs) return false;
  return earlier.how === 'import' || wanted.how === 'import';
}

/** The same for the import of a SIM that is known to be removable: a pre-add of its unit brings none along (cloud-api.md R23). */
export function isRemovableHeldBy(earlier: SimClaim, wanted: SimClaim): boolean {
  return earlier.how === 'import' && isHeldBy(earlier, wanted);
}

/** What a person is told of a claim that keeps another one waiting. */
export function sayClaim({ iccid, how, who, name, at }: SimClaim): string {
  const by = { station: `the station, unit ${name}`, job: `the job on ${name}`, supervisor: `a supervisor, ${name}` }[
    who
  ];
  const doing = how === 'import' ? 'is being imported' : 'is being imported with its unit';
  return `SIM ${iccid} ${doing} by ${by}, since ${at}, and is not seen in the product yet: read again later.`;
}

/** Whether the cloud has surely not taken a request that failed like this; with any other fault it may have. */
export function isSurelyNotTaken(code: FailureCode): boolean {
  return NOT_TAKEN.includes(code);
}

const NOT_TAKEN: readonly FailureCode[] = [
  'cloud/refused',
  'cloud/permission',
  'cloud/rights-missing',
  'cloud/rate-limited',
  'cloud/limit-reached',
];

function queueOf({ at, until }: SimClaim): number {
  return Date.parse(until) - Date.parse(at);
}
