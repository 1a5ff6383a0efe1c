import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('every function of the domain is used by the program, not by its tests alone', () => {
  const files = globSync(['src-main/**/*.ts', 'src-renderer/**/*.{ts,tsx}']);
  const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
  const unused = files
    .filter((file) => file.startsWith('src-main/domain/'))
    .flatMap((file) =>
      [...(texts.get(file) ?? '').matchAll(/^export function (\w+)/gm)].flatMap(([, name = '']) => {
        const word = new RegExp(`\\b${name}\\b`);
        return [...texts].some(([other, text]) => other !== file && word.test(text)) ? [] : [`${file}: ${name}`];
      }),
    );
  expect(unused).toEqual([]);
});
