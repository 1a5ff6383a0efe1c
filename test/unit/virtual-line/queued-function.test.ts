import { expect, test } from 'vitest';
import type { TransferAnswer, UsbFunction } from '../../../src-main/virtual/unit/usb-function.ts';
import { queueTransfers } from '../../../src-main/virtual/usbip/queued-function.ts';

const DONE: TransferAnswer = { kind: 'done', data: new Uint8Array(0) };
const NOTHING = new Uint8Array(0);

/** A function whose transfers the test completes by hand, with the list of those that reached it. */
function byHand() {
  const gone = new AbortController();
  const reached: string[] = [];
  const finish: (() => void)[] = [];
  const begin = (name: string): Promise<TransferAnswer> => {
    reached.push(name);
    return new Promise((resolve) => finish.push(() => resolve(DONE)));
  };
  const usbFunction: UsbFunction = {
    speed: 'full',
    gone: gone.signal,
    control: (setup) => begin(`control ${setup.value}`),
    transferIn: (endpoint) => begin(`in ${endpoint}`),
    transferOut: (endpoint) => begin(`out ${endpoint}`),
  };
  return {
    queued: queueTransfers(usbFunction),
    reached,
    finishNext: () => finish.shift()?.(),
    leave: () => gone.abort(),
  };
}

const setup = (value: number) => ({ requestType: 0x40, request: 1, value, index: 0, length: 0 });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a second control transfer waits until the unit has answered the first', async () => {
  const { queued, reached, finishNext } = byHand();
  const first = queued.control(setup(1), NOTHING);
  const second = queued.control(setup(2), NOTHING);
  await turn();
  expect(reached).toEqual(['control 1']);
  finishNext();
  await first;
  await turn();
  expect(reached).toEqual(['control 1', 'control 2']);
  finishNext();
  expect(await second).toEqual(DONE);
});

test('endpoints do not wait for one another', async () => {
  const { queued, reached } = byHand();
  void queued.control(setup(1), NOTHING);
  void queued.transferIn(1, 64);
  void queued.transferOut(1, NOTHING);
  void queued.transferIn(2, 64);
  await turn();
  expect(reached).toEqual(['control 1', 'in 1', 'out 1', 'in 2']);
});

test('a transfer that is cancelled while it waits never reaches the unit, and the next one does', async () => {
  const { queued, reached, finishNext } = byHand();
  const cancel = new AbortController();
  void queued.control(setup(1), NOTHING);
  const waiting = queued.control(setup(2), NOTHING, cancel.signal);
  void queued.control(setup(3), NOTHING);
  cancel.abort();
  expect(await waiting).toEqual({ kind: 'cancelled' });
  finishNext();
  await turn();
  expect(reached).toEqual(['control 1', 'control 3']);
});

test('giving up on a unit that answers nothing ends the transfer, but its endpoint stays busy', async () => {
  const { queued, reached, finishNext } = byHand();
  const cancel = new AbortController();
  const silent = queued.control(setup(1), NOTHING, cancel.signal);
  void queued.control(setup(2), NOTHING);
  cancel.abort();
  expect(await silent).toEqual({ kind: 'cancelled' });
  expect(reached).toEqual(['control 1']);
  finishNext();
  await turn();
  expect(reached).toEqual(['control 1', 'control 2']);
});

test('when the unit leaves, running, waiting and later transfers are all gone', async () => {
  const { queued, reached, leave } = byHand();
  const running = queued.control(setup(1), NOTHING);
  const waiting = queued.control(setup(2), NOTHING);
  leave();
  expect([await running, await waiting, await queued.transferIn(1, 64)]).toEqual(Array(3).fill({ kind: 'gone' }));
  expect(reached).toEqual(['control 1']);
});
