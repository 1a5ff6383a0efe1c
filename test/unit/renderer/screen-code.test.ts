import { expect, test } from 'vitest';
import { isPrintedCode, readScreenCode } from '../../../src-renderer/scan/screen-code.ts';

test.each([
  ['LW:LANG:es', { kind: 'language', language: 'es' }],
  ['lw:lang:VI', { kind: 'language', language: 'vi' }],
  ['LW:SHOW:RUNS', { kind: 'show', screen: 'runs' }],
  ['LW:SOUND:OFF', { kind: 'sound', on: false }],
])('%s is an order to the screen', (scan, code) => {
  expect(readScreenCode(scan)).toEqual(code);
});

test.each(['P046AB1234567CD', 'LW:STOP:1', 'LW:LANG:xx', 'LW:SHOW:constructor', 'XLW:LANG:es'])(
  '%s is not for the screen',
  (scan) => {
    expect(readScreenCode(scan)).toBeUndefined();
  },
);

test('codes for the station are told from labels', () => {
  expect(isPrintedCode('lw:stop:2')).toBe(true);
  expect(isPrintedCode('P046AB1234567CD')).toBe(false);
});
