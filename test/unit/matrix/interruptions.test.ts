import { describe, expect, it, vi } from 'vitest';
import type { LineKind } from '../../../scripts/soak/line/line-kinds.ts';
import { runInterruptions } from '../../../scripts/soak/line/run-interruptions.ts';
import { UNIT_PLATFORMS } from '../../../src-main/virtual/unit/unit-platforms.ts';

// Most of a run is waiting; one that is cut off while it restarts waits longest.
vi.setConfig({ maxConcurrency: 12, testTimeout: 60_000 });

/** `npm run soak -- interruptions` does hundreds; docs/proof.md has the figures. */
const SLICE: readonly (readonly [LineKind, number])[] = [
  ['plain', 2],
  ['whole', 1],
];

describe.concurrent('a unit cut off at a random place passes when it is plugged in again, byte for byte', () => {
  it.each(UNIT_PLATFORMS.map(({ platform }) => platform.name))('%s', async (name) => {
    for (const [kind, perPlatform] of SLICE) {
      const options = { seed: 20_261_121, platforms: [name], kind, speed: 100, scale: 0.1, patience: 0.08, slots: 4 };
      const { interrupted, completed, defects } = await runInterruptions({ ...options, perPlatform });
      expect(defects).toEqual([]);
      expect([interrupted, completed]).toEqual([perPlatform, perPlatform]);
    }
  });
});
