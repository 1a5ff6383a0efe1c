import { expect, test } from 'vitest';
import { barsOf, code128, SYMBOLS } from '../../../src-renderer/codes/code-128.ts';

test('the 107 symbols are all different, eleven modules wide with an even number of dark ones; the stop has thirteen', () => {
  const widths = SYMBOLS.map((symbol) => [...symbol].reduce((sum, digit) => sum + Number(digit), 0));
  const dark = SYMBOLS.slice(0, 106).map((symbol) =>
    [...symbol].reduce((sum, digit, at) => sum + (at % 2 === 0 ? Number(digit) : 0), 0),
  );
  expect(new Set(SYMBOLS).size).toBe(107);
  expect(widths).toEqual([...new Array(106).fill(11), 13]);
  expect(dark.filter((modules) => modules % 2 !== 0)).toEqual([]);
});

test('a text stands between start and stop with the check symbol of the standard', () => {
  // 104 + 1*48 + 2*42 + 3*42 + 4*17 + 5*18 + 6*19 + 7*35 = 879, and 879 mod 103 = 55
  expect(code128('PJJ123C')).toEqual([104, 48, 42, 42, 17, 18, 19, 35, 55, 106]);
});

test('bars lie inside the code, in order, without touching', () => {
  const { bars, width } = barsOf('LW:LANG:es');
  expect(width).toBe(11 * 12 + 13);
  let end = -1;
  for (const [x, wide] of bars) {
    expect(x).toBeGreaterThan(end);
    end = x + wide;
  }
  expect(end).toBe(width);
});

test('a character the code set does not have is refused', () => {
  expect(() => code128('LW:SLOT:ñ')).toThrow(RangeError);
});
