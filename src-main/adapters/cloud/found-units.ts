import type { FoundUnit } from '../../ports/serial-lookup.ts';
import { STEADY_CLOCK, type SteadyClock } from './steady-clock.ts';

export type FoundUnits = {
  /** What is remembered of this key; `nobody` that there was none a moment ago. */
  get(key: string): FoundUnit | 'nobody' | undefined;
  keep(key: string, found: FoundUnit | 'nobody'): void;
};

/**
 * Which unit has which serial number never changes (cloud-api.md 5.7), so it is kept as long as there is room; that nobody has one may
 * change at any moment and is kept for a minute, against a scan repeated in impatience.
 */
export function createFoundUnits(clock: SteadyClock = STEADY_CLOCK): FoundUnits {
  const kept = new Map<string, { readonly found: FoundUnit | 'nobody'; readonly at: number }>();
  return {
    get: (key) => {
      const entry = kept.get(key);
      if (entry?.found === 'nobody' && clock.now() - entry.at >= NOBODY_MS) return undefined;
      return entry?.found;
    },
    keep: (key, found) => {
      kept.delete(key);
      kept.set(key, { found, at: clock.now() });
      const [oldest] = kept.keys();
      if (kept.size > MOST && oldest !== undefined) kept.delete(oldest);
    },
  };
}

const NOBODY_MS = 60_000;
const MOST = 20_000;
