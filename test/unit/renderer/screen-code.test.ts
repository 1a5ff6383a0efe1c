import { expect, test } from 'vitest';
import { isLearnCode, isPrintedCode, readScreenCode } from '../../../src-renderer/scan/screen-code.ts';

test.each([
  ['LW:LANG:es', { kind: 'language', language: 'es' }],
  ['lw:lang:VI', { kind: 'language', language: 'vi' }],
  ['LW:SHOW:RUNS', { kind: 'show', screen: 'runs' }],
  ['lw:show:slots', { kind: 'show', screen: 'slots' }],
  ['LW:SOUND:OFF', { kind: 'sound', on: false }],
])('%s is an order to the screen', (scan, code) => {
  expect(readScreenCode(scan)).toEqual(code);
});

test.each(['P046AB1234567CD', 'LW:STOP:1', 'LW:LEARN:START', 'LW:LANG:xx', 'LW:SHOW:constructor', 'XLW:LANG:es'])(
  '%s is not for the screen',
  (scan) => {
    expect(readScreenCode(scan)).toBeUndefined();
  },
);

test('codes for the station are told from labels', () => {
  expect(isPrintedCode('lw:stop:2')).toBe(true);
  expect(isPrintedCode('P046AB1234567CD')).toBe(false);
  expect(['LW:LEARN:SKIP', 'lw:learn:finish', 'LW:STOP:1', 'P046AB1234567CD'].map(isLearnCode)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
