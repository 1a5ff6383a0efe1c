import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** A title of a test, or of a row of one, that begins with rules: `R16, R17: …`, after a section of the sheet where it has one. */
const TITLE = /(?:\b(?:test|it|describe)\(|\]\)\(|^\s*\[)\s*(['"`])(?:\d\.\d )?(R\d+(?:, R\d+)*): .+?\1/gm;

test('every rule of docs/cloud-rules.md begins the title of a test, and no title begins with another', () => {
  const listed = [...readFileSync('docs/cloud-rules.md', 'utf8').matchAll(/^\| (R\d+) \|/gm)].map(([, rule]) => rule);
  expect(listed).toEqual(Array.from({ length: 38 }, (_, index) => `R${index + 1}`));
  const named = new Set<string>();
  for (const file of globSync('test/unit/**/*.test.ts')) {
    for (const [, , rules = ''] of readFileSync(file, 'utf8').matchAll(TITLE))
      for (const rule of rules.split(', ')) named.add(rule);
  }
  expect([...named].sort(byNumber)).toEqual(listed);
});

function byNumber(one: string, other: string): number {
  return Number(one.slice(1)) - Number(other.slice(1));
}
