import { setTimeout as sleep } from 'node:timers/promises';
import { StationError } from '../../domain/failure.ts';
import type { UnitConsole } from '../../ports/unit-console.ts';
import type { SerialBinding } from '../../protocol/serial-binding.ts';
import { collectAnswer } from './console-answer.ts';
import {
  type ConsolePath,
  type ConsolePort,
  consoleAborted,
  IDLE_BAUD,
  isVanished,
  openConsolePort,
} from './console-port.ts';

export type UnitConsoleOptions = {
  /** serialport's binding of this operating system when absent; the virtual line puts its own here. */
  readonly binding?: SerialBinding;
  readonly consolePath: ConsolePath;
  /** Between DTR rising and the first byte, in milliseconds: the unit flushes its output at DTR (device-usb.md 2.3, 9 no. 16). */
  readonly settleMs?: number;
};

/** The serial console of units, over `serialport` and whichever binding is below it. */
export function createUnitConsole(options: UnitConsoleOptions): UnitConsole {
  const { consolePath, settleMs = 100 } = options;
  const binding = async (): Promise<SerialBinding> =>
    options.binding ?? (await import('serialport')).SerialPort.binding;

  return {
    async ask(unit, letter, { timeoutMs, signal, isComplete }) {
      const deadline = Date.now() + timeoutMs;
      const port = await openConsolePort(unit, { binding: await binding(), consolePath, deadline, signal });
      try {
        await stay(port, settleMs, signal);
        await discardReceived(port);
        const answer = collectAnswer(port.stream, isComplete);
        port.stream.write(letter);
        await Promise.race([answer.whole, stay(port, Math.max(0, deadline - Date.now()), signal)]);
        if (signal.aborted) throw consoleAborted(unit);
        if (port.left.aborted && !answer.isWhole()) {
          throw new StationError('unit/unplugged', `The unit left ${unit.portPath} while its console was asked.`);
        }
        return await answer.end();
      } finally {
        await port.close();
      }
    },

    async touch(unit, baudRate, { timeoutMs, signal }) {
      const deadline = Date.now() + timeoutMs;
      const port = await openConsolePort(unit, { binding: await binding(), consolePath, deadline, signal }).catch(
        (thrown: unknown) => {
          // Setting the idle rate on a port that an earlier touch left at the magic one can already reset the unit.
          if (thrown instanceof StationError && isVanished(thrown.cause)) return undefined;
          throw thrown;
        },
      );
      if (port === undefined) return;
      try {
        // usb-lab.md 5: a unit acts on the rate that is set, or only on the change after it. The second change does for both.
        for (const rate of [baudRate, IDLE_BAUD]) {
          if (await vanishesAt(port, rate)) return;
          await stay(port, EFFECT_MS, signal);
          if (signal.aborted) throw consoleAborted(unit);
          if (port.left.aborted) return;
        }
      } finally {
        await port.close();
      }
    },
  };
}

/** How long a touched unit gets to leave before the rate is changed again; it leaves within 50 ms (device-usb.md 3.2). */
const EFFECT_MS = 250;

/** Waits; ends early, without an error, on abort and when the port closes under us. */
async function stay(port: ConsolePort, milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: AbortSignal.any([signal, port.left]) }).catch(() => undefined);
}

/** What came before the question is no answer to it. */
function discardReceived(port: ConsolePort): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (port.stream.isOpen) port.stream.flush(() => resolve());
  else resolve();
  return promise;
}

/**
 * Sets the rate, and tells whether the unit reset inside the call, which is normal here. A call that hangs in the driver is not
 * waited for.
 */
function vanishesAt(port: ConsolePort, baudRate: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  port.left.addEventListener('abort', () => resolve(true), { once: true });
  if (port.left.aborted) resolve(true);
  else port.stream.update({ baudRate }, (error) => resolve(error !== null && isVanished(error)));
  const lapse = setTimeout(() => resolve(false), RATE_MS);
  return promise.finally(() => clearTimeout(lapse));
}

const RATE_MS = 5_000;
