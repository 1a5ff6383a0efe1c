import { expect, test } from 'vitest';
import type { ViewedEvent } from '../../../src-main/domain/product-view.ts';
import type { EventWatcher, ProductEvents } from '../../../src-main/ports/product-events.ts';
import { EventBook } from '../../../src-main/product-view/event-book.ts';
import { M1, PRODUCT, startProductBench } from './product-bench.ts';

function scriptedEvents() {
  const watchers: { readonly watcher: EventWatcher; readonly signal: AbortSignal }[] = [];
  const source: ProductEvents = {
    watch: (_productId, watcher, signal) => {
      watchers.push({ watcher, signal });
      watcher.onState?.({ kind: 'opening' });
    },
  };
  const say = (name: string, data = ''): void => {
    for (const { watcher, signal } of watchers) {
      if (!signal.aborted) watcher.onEvent({ name, data, deviceId: M1, version: 7, at: '2026-11-28T12:00:00.000Z' });
    }
  };
  return { source, watchers, say };
}

test('a unit that comes online is an event, seen live', async () => {
  await using bench = await startProductBench();
  const up = Promise.withResolvers<void>();
  const seen = Promise.withResolvers<ViewedEvent>();
  const stop = bench.desk.followEvents(PRODUCT, {
    onStream: ({ kind }) => kind === 'up' && up.resolve(),
    onEvent: (event) => event.data === 'online' && seen.resolve(event),
  });
  await up.promise;
  bench.life.connects(M1, { version: 7, deviceOs: '6.2.0' });
  expect(await seen.promise).toMatchObject({ name: 'spark/status', deviceId: M1, version: 7 });
  stop();
  const { events, stream } = await bench.see('events');
  expect(stream.kind).toBe('up');
  expect(events).toContainEqual(expect.objectContaining({ name: 'spark/status', deviceId: M1 }));
});

test('events are asked for from where one has read, and what is no longer kept is counted', () => {
  const { source, say } = scriptedEvents();
  const book = new EventBook(PRODUCT, source, 3);
  expect(book.view()).toMatchObject({ events: [], last: 0, missed: 0, stream: { kind: 'opening' } });
  for (const name of ['a', 'b', 'c', 'd', 'e']) say(name);
  expect(book.view().events.map(({ name }) => name)).toEqual(['c', 'd', 'e']);
  expect(book.view()).toMatchObject({ last: 5, missed: 2 });
  expect(book.view(4).events).toMatchObject([{ number: 5, name: 'e' }]);
  expect(book.view(4).missed).toBe(0);
  expect(book.view(1)).toMatchObject({ missed: 1 });
  book.close();
});

test('one stream serves everybody who looks, and it ends with the book', () => {
  const { source, watchers, say } = scriptedEvents();
  const book = new EventBook(PRODUCT, source);
  book.view();
  book.view();
  book.follow({ onEvent: () => undefined });
  expect(watchers).toHaveLength(1);
  book.close();
  expect(watchers[0]?.signal.aborted).toBe(true);
  say('late');
  expect(book.view().events).toEqual([]);
  expect(watchers).toHaveLength(2);
  book.close();
});

test('a broken stream says why', () => {
  const { source, watchers } = scriptedEvents();
  const book = new EventBook(PRODUCT, source);
  book.view();
  watchers[0]?.watcher.onState?.({ kind: 'down', code: 'cloud/unreachable', detail: 'No route.', retryInMs: 1 });
  expect(book.view().stream).toEqual({ kind: 'down', detail: 'No route.' });
  book.close();
});

test('a unit cannot fill the memory with one long event', () => {
  const { source, say } = scriptedEvents();
  const book = new EventBook(PRODUCT, source);
  book.view();
  say('x', 'y'.repeat(100_000));
  expect(book.view().events[0]?.data).toHaveLength(1000);
  book.close();
});
