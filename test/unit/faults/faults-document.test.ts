import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FAULT_ROWS } from './fault-rows.ts';
import { faultsDocument } from './faults-document.ts';

it('docs/faults.md says what the fault table says (node scripts/run.mjs scripts/write-fault-table.ts)', () => {
  expect(readFileSync('docs/faults.md', 'utf8')).toBe(faultsDocument());
});

it('no two rows of the fault table tell the same story', () => {
  const stories = FAULT_ROWS.map(({ story, platform }) => `${story} ${platform}`);
  expect(new Set(stories).size).toBe(stories.length);
});
