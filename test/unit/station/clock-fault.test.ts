import { expect, test } from 'vitest';
import { clockFault } from '../../../src-main/station/clock-fault.ts';

test('a clock that is right within minutes is no fault, and one that nobody could compare is none', () => {
  expect(clockFault(undefined)).toBeUndefined();
  expect(clockFault(60_000)).toBeUndefined();
  expect(clockFault(-240_000)).toBeUndefined();
});

test.each([
  [3_600_000, 'ahead of'],
  [-86_400_000, 'behind'],
])('a clock that is %d ms off is told with its direction', (offsetMs, direction) => {
  const fault = clockFault(offsetMs);
  expect(fault?.code).toBe('network/clock');
  expect(fault?.detail).toContain(`${Math.abs(offsetMs) / 60_000} minutes ${direction}`);
});
