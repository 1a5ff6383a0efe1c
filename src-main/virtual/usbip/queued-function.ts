import type { TransferAnswer, UsbFunction } from '../unit/usb-function.ts';

const GONE: TransferAnswer = { kind: 'gone' };
const CANCELLED: TransferAnswer = { kind: 'cancelled' };

/**
 * The same function seen through a host controller: one transfer at a time on each endpoint and direction, in the order of the
 * calls (EP0 is one queue), whoever the callers are. A transfer that is cancelled while it waits never reaches the unit; one that
 * is running keeps its endpoint busy until the unit lets go. When the unit leaves the bus, every transfer ends as `gone` at once.
 */
export function queueTransfers(usbFunction: UsbFunction): UsbFunction {
  const { gone } = usbFunction;
  const control = createQueue(gone);
  const queues = new Map<string, Queue>();
  const queueOf = (key: string): Queue => {
    const queue = queues.get(key) ?? createQueue(gone);
    queues.set(key, queue);
    return queue;
  };
  return {
    speed: usbFunction.speed,
    gone,
    control: (setup, data, signal) => control(() => usbFunction.control(setup, data, signal), signal),
    transferOut: (endpoint, data, signal) =>
      queueOf(`out ${endpoint}`)(() => usbFunction.transferOut(endpoint, data, signal), signal),
    transferIn: (endpoint, length, signal) =>
      queueOf(`in ${endpoint}`)(() => usbFunction.transferIn(endpoint, length, signal), signal),
  };
}

type Queue = (start: () => Promise<TransferAnswer>, signal: AbortSignal | undefined) => Promise<TransferAnswer>;

function createQueue(gone: AbortSignal): Queue {
  let busy = false;
  const waiting: (() => void)[] = [];
  const release = (): void => {
    const next = waiting.shift();
    if (next === undefined) busy = false;
    else next();
  };
  return (start, signal) =>
    new Promise((resolve) => {
      let isSettled = false;
      let isRunning = false;
      const settle = (answer: TransferAnswer): void => {
        if (isSettled) return;
        isSettled = true;
        gone.removeEventListener('abort', leave);
        signal?.removeEventListener('abort', cancel);
        resolve(answer);
      };
      const leave = (): void => settle(GONE);
      const cancel = (): void => {
        // A running transfer may have completed in the same moment, so its own answer goes first. After that the host's
        // patience counts: giving up on a unit that only says NAK ends the transfer at once.
        if (isRunning) setImmediate(() => settle(CANCELLED));
        else settle(CANCELLED);
      };
      const run = (): void => {
        isRunning = true;
        if (isSettled) release();
        else void start().then(settle, leave).finally(release);
      };
      if (gone.aborted) settle(GONE);
      else if (signal?.aborted) settle(CANCELLED);
      if (isSettled) return;
      gone.addEventListener('abort', leave, { once: true });
      signal?.addEventListener('abort', cancel, { once: true });
      if (busy) {
        waiting.push(run);
      } else {
        busy = true;
        run();
      }
    });
}
