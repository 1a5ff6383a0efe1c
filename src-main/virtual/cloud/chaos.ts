import { type Result, refuse } from '../../domain/failure.ts';
import type { CloudFault } from './cloud-faults.ts';

/** A share of all requests meets a fault, chosen with a seed: the same requests in the same order meet the same faults. */
export type ChaosSettings = {
  /** 0 to 1. */
  readonly share: number;
  readonly seed: number;
  /** Each as likely as the others; those of `CHAOS_FAULTS` when left out. */
  readonly faults?: readonly CloudFault[];
};

/** What a bad network and a busy cloud do: before the effect, after it, and with the answer. */
export const CHAOS_FAULTS: readonly CloudFault[] = [
  { name: 'reset-before-effect' },
  { name: 'reset-after-effect' },
  { name: 'rate-limited', value: 1 },
  { name: 'server-error', value: 500 },
  { name: 'server-error', value: 503 },
  { name: 'html-502' },
  { name: 'html-504-after-effect' },
  { name: 'truncated' },
  { name: 'malformed' },
  { name: 'latency', value: 50 },
];

/** Makes the dice: called once per request, it gives that request's fault or none. */
export function createChaos({ share, seed, faults = CHAOS_FAULTS }: ChaosSettings): () => CloudFault | undefined {
  const roll = mulberry32(seed);
  return () => {
    const [hits, which] = [roll() < share, roll()];
    return hits ? faults[Math.floor(which * faults.length)] : undefined;
  };
}

/** Reads `SHARE:SEED` of a command line, e.g. `0.2:42`. Refuses with `request/invalid`. */
export function parseChaos(text: string): Result<ChaosSettings> {
  const [, share, seed] = /^(0(?:\.\d{1,6})?|1):(\d{1,9})$/.exec(text) ?? [];
  if (share === undefined)
    return refuse('request/invalid', `"${text.slice(0, 40)}" is not SHARE:SEED, such as 0.2:42.`);
  return { ok: true, value: { share: Number(share), seed: Number(seed) } };
}

/** Tommy Ettinger's 32-bit generator (public domain): short, seeded, and even enough for dice. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
