import { expect, test } from 'vitest';
import { createQuitGuard } from '../../../src-main/electron/quit-guard.ts';

/** A guard over a station with these busy slots, and a log of what happened to it. */
function guarded(busy: readonly string[], close: () => Promise<void> = async () => undefined) {
  const log: string[] = [];
  const question = Promise.withResolvers<boolean>();
  const guard = createQuitGuard({
    busySlots: () => busy,
    ask: (slots) => {
      log.push(`ask ${slots}`);
      return question.promise;
    },
    close: async () => {
      log.push('close');
      await close();
      log.push('closed');
    },
    leave: (trouble) => log.push(`leave ${trouble ?? 'well'}`),
  });
  return { guard, log, answer: question.resolve };
}

test('an idle station is closed without a question, and only then left', async () => {
  const { guard, log } = guarded([]);
  const asked = guard.request();
  expect(guard.mayGo()).toBe(false);
  await asked;
  expect(guard.mayGo()).toBe(true);
  expect(log).toEqual(['close', 'closed', 'leave well']);
});

test('a run is not stopped when the person stays, and they are asked again the next time', async () => {
  const { guard, log, answer } = guarded(['1', '3']);
  answer(false);
  await guard.request();
  await guard.request();
  expect(log).toEqual(['ask 1,3', 'ask 1,3']);
  expect(guard.mayGo()).toBe(false);
});

test('a second wish while the question is open asks nothing', async () => {
  const { guard, log, answer } = guarded(['1']);
  const first = guard.request();
  await guard.request();
  answer(true);
  await first;
  expect(log).toEqual(['ask 1', 'close', 'closed', 'leave well']);
});

test('the shutdown of the system overtakes the question and leaves once', async () => {
  const { guard, log, answer } = guarded(['1']);
  const asked = guard.request();
  await guard.insist();
  answer(true);
  await asked;
  await guard.insist();
  expect(log).toEqual(['ask 1', 'close', 'closed', 'leave well']);
});

test('a question that cannot be shown stops no run', async () => {
  const log: string[] = [];
  const guard = createQuitGuard({
    busySlots: () => ['1'],
    ask: () => Promise.reject(new Error('no display')),
    close: async () => void log.push('close'),
    leave: () => log.push('leave'),
  });
  await guard.request();
  expect(log).toEqual([]);
});

test('a station that cannot be closed is left all the same, with the reason', async () => {
  const { guard, log } = guarded([], () => Promise.reject(new Error('disk full')));
  await guard.insist();
  expect(log).toEqual(['close', 'leave Error: disk full']);
});
