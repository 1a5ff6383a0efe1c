import { expect, test } from 'vitest';
import type { LinkState } from '../../../src-renderer/connect/link.ts';
import { createStationStore } from '../../../src-renderer/connect/station-store.ts';
import { IDLE } from '../server/scripted-station.ts';

test('a page that has its connection back knows that what it asked meanwhile must be asked again', () => {
  const { store, become, show } = openStore();
  become('open');
  show(IDLE);
  const before = store.read();
  become('lost');
  expect(store.read()).toMatchObject({ link: 'lost', snapshot: IDLE, connections: before.connections });
  become('open');
  show(IDLE);
  expect(store.read()).toMatchObject({ link: 'open', snapshot: IDLE, connections: before.connections + 1 });
});

test('a command that the lost connection swallowed is answered as such, not left open', async () => {
  const { store, become } = openStore();
  become('lost');
  expect(await store.ask('abortRun', { slot: '1' })).toMatchObject({
    ok: false,
    failure: { code: 'station/connection-lost' },
  });
});

function openStore() {
  let become: (state: LinkState) => void = () => {};
  let show: (snapshot: unknown) => void = () => {};
  const store = createStationStore({
    invoke: () => Promise.reject(new Error('There is no connection.')),
    subscribe: (listener) => {
      show = listener;
      return () => {};
    },
    watch: (listener) => {
      become = listener;
      listener('connecting');
      return () => {};
    },
  });
  return { store, become: (state: LinkState) => become(state), show: (snapshot: unknown) => show(snapshot) };
}
