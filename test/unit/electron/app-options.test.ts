import { expect, test } from 'vitest';
import { readAppOptions } from '../../../src-main/electron/app-options.ts';

test('without arguments the window is for a virtual line of three units', () => {
  const read = readAppOptions([]);
  expect(read.ok && read.value).toMatchObject({ virtual: 'electron,boron,b5som', speed: '1', hasOwnData: false });
});

test('a station file means real hardware, and no virtual line', () => {
  const read = readAppOptions(['--station', 'line.json', '--batch', 'A-7', '--data', '/var/lib/line']);
  expect(read.ok && read.value).toEqual({
    station: 'line.json',
    batch: 'A-7',
    data: '/var/lib/line',
    hasOwnData: true,
    speed: '1',
    scale: '1',
    fault: [],
  });
});

test.each([
  [['--sation', 'line.json']],
  [['line.json']],
  [['--station']],
  [['--station', 'line.json', '--virtual', 'boron']],
])('%j is refused and opens nothing', (given) => {
  const read = readAppOptions(given);
  expect(!read.ok && read.failure.code).toBe('request/invalid');
});
