import { expect, test } from 'vitest';
import { readScanCode } from '../../../src-main/station/scan-codes.ts';
import { cartonCode } from '../../../src-renderer/codes/carton-code.ts';
import { barsOf } from '../../../src-renderer/codes/code-128.ts';

test.each(['C-17', ' pallet 3/box.2 ', 'A:1', 'x'.repeat(40)])(
  'the code made for "%s" opens that carton when scanned',
  (name) => {
    const code = cartonCode(name) ?? '';
    expect(readScanCode(code)).toEqual({ kind: 'carton', name: name.trim() });
    expect(barsOf(code).bars.length).toBeGreaterThan(0);
  },
);

test.each(['', '   ', 'Caja ñ', '箱1', 'x'.repeat(41), 'a;b'])(
  'no code is made for "%s", which no carton may be called',
  (name) => {
    expect(cartonCode(name)).toBeUndefined();
  },
);
