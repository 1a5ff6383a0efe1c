import dns from 'node:dns';
import type { LookupFunction } from 'node:net';

/** Looks names up as Node does, with a limit, and knows whether it is at it: a network's slow name server is a finding of its own. */
export type NameLookup = {
  /** For agents and sockets. Fails with SLOW_NAME when the limit is over. */
  readonly lookup: LookupFunction;
  /** True while a name is being looked up. */
  readonly isAtIt: () => boolean;
};

/** The code of a look-up that took too long; the system has no such code of its own. */
export const SLOW_NAME = 'ESLOWNAME';

/**
 * A name server that is down costs a computer 5 s or 10 s before it asks the next one: that is slow, but works, so the limit is
 * above it.
 */
const LIMIT_MS = 15_000;

/** A look-up on the system's own; tests pass another one and a shorter limit. */
export function createNameLookup(ask: LookupFunction = dns.lookup as LookupFunction, limitMs = LIMIT_MS): NameLookup {
  let pending = 0;
  return {
    isAtIt: () => pending > 0,
    lookup: (hostname, options, callback) => {
      let isOver = false;
      pending += 1;
      const end: typeof callback = (error, ...found) => {
        if (isOver) return;
        isOver = true;
        pending -= 1;
        clearTimeout(timer);
        callback(error, ...found);
      };
      const timer = setTimeout(() => end(slowName(limitMs), ''), limitMs);
      ask(hostname, options, end);
    },
  };
}

/** The error of a name that was not found in time. */
export function slowName(ms: number): NodeJS.ErrnoException {
  return Object.assign(new Error(`the name was not found in ${Math.round(ms)} ms`), { code: SLOW_NAME });
}
