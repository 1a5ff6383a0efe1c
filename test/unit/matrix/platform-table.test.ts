import { describe, expect, it, vi } from 'vitest';
import { runCase } from '../../../scripts/soak/line/run-table.ts';
import { TABLE } from '../../../scripts/soak/line/table-cases.ts';
import { UNIT_PLATFORMS } from '../../../src-main/virtual/unit/unit-platforms.ts';

// Most of a run is waiting; one that is cut off while it restarts waits longest.
vi.setConfig({ maxConcurrency: 12, testTimeout: 60_000 });

const OPTIONS = { seed: 1, speed: 100, scale: 0.1, patience: 0.08 };

const ROWS = UNIT_PLATFORMS.flatMap(({ platform }) =>
  TABLE.filter((row) => row.applies(platform)).map((row) => ({ platform: platform.name, story: row.story, row })),
);

describe.concurrent('a unit passes, with the recipe in its flash byte for byte, when it comes', () => {
  it.each(ROWS)('$platform: $story', async ({ platform, row }) => {
    expect(await runCase(row, platform, OPTIONS)).toBe('PASS');
  });
});

describe('at the real sizes of the modules', () => {
  const [fresh] = TABLE;
  it.each(['boron', 'photon'] as const)('%s: fresh', async (platform) => {
    if (fresh === undefined) throw new Error('The table is empty.');
    expect(await runCase(fresh, platform, { ...OPTIONS, scale: 1 })).toBe('PASS');
  });
});
