import { expect, test } from 'vitest';
import { runMutations } from '../../../scripts/soak/mutation/run-mutations.ts';

/** `npm run soak -- mutations` does 100,000 and real sizes; docs/proof.md has the figures. */
test('of 5000 mutated modules none is accepted that the unit would refuse, and none crashes the parser', async () => {
  const { defects, accepted, refused } = await runMutations({ seed: 20_261_121, count: 5000, scales: [0, 0.02] });
  expect(defects.map(({ turn, story, defect }) => `${turn}: ${story}: ${defect}`)).toEqual([]);
  // Mutants that get far are what proves something: some through every gate, some to each gate.
  expect(accepted).toBeGreaterThan(100);
  for (const gate of ['parser', 'recipe', 'plan']) expect(refused.some(([by]) => by.startsWith(gate))).toBe(true);
});
