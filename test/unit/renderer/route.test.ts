import { expect, test } from 'vitest';
import { addressOf, type Route, readRoute } from '../../../src-renderer/frame/address.ts';

const ROUTES: readonly Route[] = [
  { screen: 'line' },
  { screen: 'codes' },
  { screen: 'slots' },
  { screen: 'runs', search: '' },
  { screen: 'runs', search: 'P046 & 100%/?#' },
  { screen: 'runs', search: '', runId: '01J9/Z?0' },
  { screen: 'runs', search: 'é中', runId: 'a b' },
  { screen: 'runs', search: '', cloud: 'rejected' },
  { screen: 'runs', search: 'P046', cloud: 'sim-pending', batch: '2026-11/A & B' },
];

test.each(ROUTES)('the address of %o leads back to it', (route) => {
  expect(readRoute(addressOf(route))).toEqual(route);
});

test.each(['', '#', '#/', '#/elsewhere', '#token=abc'])('the address "%s" is the line', (hash) => {
  expect(readRoute(hash)).toEqual({ screen: 'line' });
});

test('a state in the cloud that does not exist is left out of the search', () => {
  expect(readRoute('#/runs?cloud=constructor')).toEqual({ screen: 'runs', search: '' });
});

test('an address that is not properly encoded is the list of runs, not a broken page', () => {
  expect(readRoute('#/runs/%E0%A4%A')).toEqual({ screen: 'runs', search: '' });
});
