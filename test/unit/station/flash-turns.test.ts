import { expect, test } from 'vitest';
import { FlashTurns } from '../../../src-main/station/flash-turns.ts';

const NEVER = new AbortController().signal;

/** Asks for a turn for each port, in this order, and lists the ports whose turn has come. */
function asking(turns: FlashTurns, ports: readonly string[]) {
  const has: string[] = [];
  const waits: string[] = [];
  const asked = ports.map((port) => {
    const stop = new AbortController();
    const turn = turns
      .take(port, stop.signal, () => waits.push(port))
      .then((giveBack) => {
        has.push(port);
        return giveBack;
      });
    return { turn, stop };
  });
  return { has, waits, asked };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('without a limit every slot flashes at once', async () => {
  const { has, waits } = asking(new FlashTurns(), ['1-1.1', '1-1.2', '1-1.3', '2-1']);
  await settled();
  expect(has).toEqual(['1-1.1', '1-1.2', '1-1.3', '2-1']);
  expect(waits).toEqual([]);
});

test('a turn that is given back goes to the one who waited longest', async () => {
  const { has, waits, asked } = asking(new FlashTurns({ station: 2 }), ['a-1', 'b-1', 'c-1', 'd-1']);
  await settled();
  expect([has, waits]).toEqual([
    ['a-1', 'b-1'],
    ['c-1', 'd-1'],
  ]);
  (await asked[1]?.turn)?.();
  await settled();
  expect(has).toEqual(['a-1', 'b-1', 'c-1']);
});

test('a turn given back twice makes room for one, not for two', async () => {
  const { has, asked } = asking(new FlashTurns({ station: 1 }), ['a-1', 'b-1', 'c-1']);
  const giveBack = await asked[0]?.turn;
  giveBack?.();
  giveBack?.();
  await settled();
  expect(has).toEqual(['a-1', 'b-1']);
});

test('the limit of a hub holds for its own ports; those of another hub and of the computer do not wait behind them', async () => {
  const { has, asked } = asking(new FlashTurns({ perHub: 1 }), ['1-1.1', '1-1.2', '1-1.4.1', '1-2.1', '1-1.3']);
  await settled();
  expect(has).toEqual(['1-1.1', '1-1.4.1', '1-2.1']);
  (await asked[0]?.turn)?.();
  await settled();
  expect(has).toEqual(['1-1.1', '1-1.4.1', '1-2.1', '1-1.2']);
});

test('both limits hold together', async () => {
  const { has } = asking(new FlashTurns({ station: 3, perHub: 2 }), ['1-1.1', '1-1.2', '1-1.3', '1-2.1', '1-2.2']);
  await settled();
  expect(has).toEqual(['1-1.1', '1-1.2', '1-2.1']);
});

test('who is stopped while waiting is told why, and leaves the queue', async () => {
  const turns = new FlashTurns({ station: 1 });
  const { has, asked } = asking(turns, ['a-1', 'b-1', 'c-1']);
  const why = new Error('stopped');
  asked[1]?.stop.abort(why);
  await expect(asked[1]?.turn).rejects.toBe(why);
  (await asked[0]?.turn)?.();
  await settled();
  expect(has).toEqual(['a-1', 'c-1']);
});

test('whoever comes stopped already gets no turn', async () => {
  const turns = new FlashTurns({ station: 1 });
  await expect(turns.take('a-1', AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
  await turns.take('b-1', NEVER);
});

test('a raised limit lets the waiting go on; a lowered one stops nobody and is reached by giving back', async () => {
  const turns = new FlashTurns({ station: 1 });
  const { has, asked } = asking(turns, ['a-1', 'b-1', 'c-1', 'd-1']);
  turns.setLimit({ station: 3 });
  await settled();
  expect(has).toEqual(['a-1', 'b-1', 'c-1']);
  turns.setLimit({ station: 1 });
  (await asked[0]?.turn)?.();
  (await asked[1]?.turn)?.();
  await settled();
  expect(has).toEqual(['a-1', 'b-1', 'c-1']);
  (await asked[2]?.turn)?.();
  await settled();
  expect(has).toEqual(['a-1', 'b-1', 'c-1', 'd-1']);
});
