import type { ClientAnswer, ImportedUnit } from '../../usbip/usbip-client.ts';
import { exportedDevice } from '../exported-device.ts';
import type { HostedUnit, VirtualHost } from '../virtual-host.ts';
import type { ProgramBus } from './program-bus.ts';
import { runDfuUtilOn } from './run-dfu-util.ts';

/** Runs dfu-util: arguments in, text as it is printed, exit code out; undefined when it was aborted. */
export type DfuUtilRunner = (
  args: readonly string[],
  options: { readonly signal: AbortSignal; readonly onText: (channel: 'out' | 'err', text: string) => void },
) => Promise<{ readonly exitCode: number | undefined }>;

/**
 * The flash tool of the line as a function: the program of `dfu-util.ts`, over the same host, without a process of its own. An abort is
 * what a kill is to a process: its transfer under way is cut, no other one begins, and nothing it prints is heard.
 */
export function createDfuUtilRunner(host: VirtualHost): DfuUtilRunner {
  const inUse = new Set<HostedUnit>();
  return async (args, { signal, onText }) => {
    if (signal.aborted) return { exitCode: undefined };
    const print = (channel: 'out' | 'err') => (text: string) => {
      if (!signal.aborted) onText(channel, text);
    };
    const running = runDfuUtilOn(hostBus(host, inUse, signal), args, { out: print('out'), err: print('err') });
    // A killed process does not finish the pause that a unit asked for.
    const killed = Promise.withResolvers<undefined>();
    const onKilled = (): void => void setTimeout(() => killed.resolve(undefined), WIND_DOWN_MS);
    signal.addEventListener('abort', onKilled, { once: true });
    try {
      const exitCode = await Promise.race([running, killed.promise]);
      return { exitCode: signal.aborted ? undefined : exitCode };
    } finally {
      signal.removeEventListener('abort', onKilled);
    }
  };
}

/** More than enough for a program whose transfers all fail at once. */
const WIND_DOWN_MS = 200;

function hostBus(host: VirtualHost, inUse: Set<HostedUnit>, killed: AbortSignal): ProgramBus {
  return {
    async list() {
      if (killed.aborted) throw new Error('the program was ended');
      return host.present().map(exportedDevice);
    },
    async open(busId) {
      const unit = host.present().find((one) => one.portPath === busId);
      if (unit === undefined || killed.aborted) return 'absent';
      if (inUse.has(unit)) return 'busy';
      inUse.add(unit);
      const giveBack = (): void => {
        inUse.delete(unit);
        killed.removeEventListener('abort', giveBack); // or the signal would keep the unit for as long as it lives
      };
      killed.addEventListener('abort', giveBack, { once: true });
      return importHosted(unit, killed, giveBack);
    },
  };
}

function importHosted(unit: HostedUnit, killed: AbortSignal, giveBack: () => void): ImportedUnit {
  const { usbFunction } = unit;
  return {
    device: exportedDevice(unit),
    async control(setup, data, timeoutMs): Promise<ClientAnswer> {
      if (killed.aborted || usbFunction.gone.aborted) return { kind: 'absent' };
      const deadline = new AbortController();
      const giveUp = (): void => deadline.abort();
      const timer = setTimeout(giveUp, timeoutMs);
      killed.addEventListener('abort', giveUp, { once: true });
      try {
        // Copied, because the unit may hold the data longer than the program keeps its buffer as it is.
        const answer = await usbFunction.control(setup, new Uint8Array(data), deadline.signal);
        if (answer.kind === 'done') return { kind: 'done', data: Buffer.from(answer.data) };
        if (answer.kind !== 'cancelled') return answer;
        return { kind: killed.aborted ? 'gone' : 'timeout' };
      } finally {
        clearTimeout(timer);
        killed.removeEventListener('abort', giveUp);
      }
    },
    async close() {
      giveBack();
    },
  };
}
