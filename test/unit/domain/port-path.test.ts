import { expect, test } from 'vitest';
import { hubOf, isBehindHub, PORT_PATH } from '../../../src-main/domain/port-path.ts';

test.each([
  ['1-1', '1'],
  ['12-3', '12'],
  ['1-1.3', '1-1'],
  ['1-1.3.10', '1-1.3'],
])('the port %s belongs to %s', (portPath, hub) => {
  expect(hubOf(portPath)).toBe(hub);
});

test('a port is behind a hub by whole numbers, at any depth', () => {
  const behind = ['1-1.3', '1-1.3.1', '1-11.3', '1-1', '1-10', '2-1.3'].filter((path) => isBehindHub(path, '1-1'));
  expect(behind).toEqual(['1-1.3', '1-1.3.1']);
});

test.each(['1-1', '3-14.2', '1-1.2.3.4.5.6.7'])('%s is a port path', (text) => {
  expect(text).toMatch(PORT_PATH);
});

test.each(['', '1', '1-', '-1', '1-1.', '1-1..2', 'usb1', '1-1:1.0', '1-1 ', '1-1.2.3.4.5.6.7.8', '1-1\n2-2'])(
  '%j is no port path',
  (text) => {
    expect(text).not.toMatch(PORT_PATH);
  },
);
