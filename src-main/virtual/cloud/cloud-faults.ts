import { type Result, refuse as refuseText } from '../../domain/failure.ts';
import { type ChaosSettings, createChaos } from './chaos.ts';
import type { CloudClock } from './cloud-clock.ts';

/**
 * What can go wrong with the virtual cloud, by name. `value` says what the number after `=` means and what it is when left
 * out. Network faults come first, then answers, then effects that show only later. Milliseconds are real for what delays an answer,
 * and of the cloud's clock for what the cloud remembers.
 */
export const CLOUD_FAULTS = {
  down: { what: 'Every connection is cut before anything is read.' },
  outage: { what: 'As down, from its first request on.', value: { means: 'seconds of cloud time', otherwise: 60 } },
  'reset-before-effect': { what: 'The connection is cut before the request took effect.' },
  'reset-after-effect': { what: 'The request takes effect, then the connection is cut without an answer.' },
  hang: { what: 'The request is read and never answered.' },
  slow: { what: 'The answer comes late.', value: { means: 'milliseconds', otherwise: 2_000 } },
  latency: {
    what: 'Every answer takes so long, as over a long way.',
    value: { means: 'milliseconds', otherwise: 200 },
  },
  'rate-limited': { what: '429 with Retry-After.', value: { means: 'seconds to wait', otherwise: 1 } },
  'rate-limited-bare': { what: '429 without Retry-After.' },
  'server-error': { what: 'A JSON error.', value: { means: 'status', otherwise: 500 } },
  'html-502': { what: 'A proxy answers with a web page and 502.' },
  'html-504-after-effect': { what: 'The request takes effect, then a proxy gives up with a web page and 504.' },
  'still-working': { what: 'The request takes effect, and the answer is 408: the cloud is still at it.' },
  'captive-portal': { what: 'A sign-in page of the network answers with 200.' },
  'captive-redirect': { what: 'The network redirects to its sign-in page.' },
  malformed: { what: '200, JSON content type, and text that is not JSON.' },
  'wrong-shape': { what: '200 and JSON that lacks everything.' },
  truncated: { what: 'The answer breaks off in the middle.' },
  oversized: { what: '200 and eight megabytes of JSON.' },
  'ok-false': { what: '200 with ok: false.' },
  unauthorized: { what: '401, as for a revoked token.' },
  'expired-token': { what: '401, as for a token whose time is over.' },
  'token-revoked': { what: 'The token of the request is taken back for good, and the answer is 401.' },
  forbidden: { what: '403, as for a product of another team.' },
  'product-deleted': { what: 'The product of the request is deleted for good, and the answer is 403.' },
  'no-readback': { what: 'The request is answered as done, and nothing is kept.' },
  eventual: {
    what: 'What a request did to a device or SIM shows to readers only later.',
    value: { means: 'milliseconds of cloud time', otherwise: 2_000 },
  },
  'sim-stuck': { what: 'A SIM activation that begins now never ends.' },
  'sim-fails': { what: 'A SIM activation that begins now ends in an error.' },
  'slow-release': { what: 'A SIM release answers 202 with an empty body.' },
} as const satisfies Record<string, { what: string; value?: { means: string; otherwise: number } }>;

export type CloudFaultName = keyof typeof CLOUD_FAULTS;

export type CloudFault = {
  readonly name: CloudFaultName;
  readonly value?: number;
  /** For the next so many requests only; left out, until cleared. */
  readonly count?: number;
  /** For one endpoint only: a route name such as `import-devices`, `get-device`, `get-sim`, `import-sims`, `get-product`. */
  readonly endpoint?: string;
};

/** The faults in force. Only one answers a request: the oldest that fits, or else what chaos throws. */
export type CloudFaults = {
  add(fault: CloudFault): void;
  /** Random faults from now on; undefined for none. */
  setChaos(chaos: ChaosSettings | undefined): void;
  /** No fault and no chaos. */
  clear(): void;
  /** The fault of a request to this endpoint, used up by one. */
  take(endpoint: string): CloudFault | undefined;
  /** How long effects stay unseen, in cloud milliseconds: fault `eventual`, which goes along with any other. */
  hiddenForMs(endpoint: string): number;
  /** Whether `eventual` is in force anywhere, so that what was has to be remembered. */
  hidesEffects(): boolean;
  list(): readonly CloudFault[];
};

type Active = { readonly fault: CloudFault; left: number; endsAtMs: number };

/** `clock` is the one in which an outage ends. */
export function createCloudFaults(
  initial: readonly CloudFault[] = [],
  clock: Pick<CloudClock, 'now'> = { now: Date.now },
): CloudFaults {
  let active: Active[] = [];
  let chaos: () => CloudFault | undefined = () => undefined;
  const drop = (entry: Active) => {
    active = active.filter((other) => other !== entry);
  };
  const fits = ({ fault }: Active, endpoint: string) => fault.endpoint === undefined || fault.endpoint === endpoint;
  const faults: CloudFaults = {
    add(fault) {
      active.push({ fault, left: fault.count ?? Number.POSITIVE_INFINITY, endsAtMs: Number.POSITIVE_INFINITY });
    },
    setChaos(settings) {
      chaos = settings === undefined ? () => undefined : createChaos(settings);
    },
    clear() {
      active = [];
      chaos = () => undefined;
    },
    take(endpoint) {
      const now = clock.now();
      active = active.filter(({ endsAtMs }) => endsAtMs > now);
      const found = active.find((entry) => entry.fault.name !== 'eventual' && fits(entry, endpoint));
      if (found === undefined) return chaos();
      const isFirstOfOutage = found.fault.name === 'outage' && found.endsAtMs === Number.POSITIVE_INFINITY;
      if (isFirstOfOutage) found.endsAtMs = now + faultValue(found.fault) * 1_000;
      found.left -= 1;
      if (found.left <= 0) drop(found);
      return found.fault;
    },
    hiddenForMs(endpoint) {
      const found = active.find((entry) => entry.fault.name === 'eventual' && fits(entry, endpoint));
      return found === undefined ? 0 : faultValue(found.fault);
    },
    hidesEffects: () => active.some(({ fault }) => fault.name === 'eventual'),
    list: () => active.map(({ fault }) => fault),
  };
  for (const fault of initial) faults.add(fault);
  return faults;
}

/**
 * Reads `name[=value][*count][@endpoint]` of a command line, e.g. `rate-limited=2*1@get-sim`. Refuses with
 * `request/invalid`, naming the faults there are.
 */
export function parseCloudFault(text: string, endpoints: readonly string[]): Result<CloudFault> {
  const match = /^([a-z0-9-]+)(?:=(\d{1,7}))?(?:\*(\d{1,5}))?(?:@([a-z-]+))?$/.exec(text.trim());
  const name = match?.[1];
  if (match === null || name === undefined || !isFaultName(name)) {
    const names = Object.keys(CLOUD_FAULTS).join(', ');
    return refuseText('request/invalid', `"${text.slice(0, 60)}" is no cloud fault; there are: ${names}.`);
  }
  const [, , value, count, endpoint] = match;
  if (value !== undefined && !('value' in CLOUD_FAULTS[name])) {
    return refuseText('request/invalid', `The cloud fault ${name} takes no value.`);
  }
  if (count === '0') return refuseText('request/invalid', 'A fault for zero requests is none.');
  if (endpoint !== undefined && !endpoints.includes(endpoint)) {
    return refuseText('request/invalid', `"${endpoint}" is no endpoint; there are: ${endpoints.join(', ')}.`);
  }
  return {
    ok: true,
    value: {
      name,
      ...(value === undefined ? {} : { value: Number(value) }),
      ...(count === undefined ? {} : { count: Number(count) }),
      ...(endpoint === undefined ? {} : { endpoint }),
    },
  };
}

function isFaultName(text: string): text is CloudFaultName {
  return Object.hasOwn(CLOUD_FAULTS, text);
}

/** The number a fault works with: its own, or the default of the table. */
export function faultValue(fault: CloudFault): number {
  const entry = CLOUD_FAULTS[fault.name];
  return fault.value ?? ('value' in entry ? entry.value.otherwise : 0);
}
