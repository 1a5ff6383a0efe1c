import { rm } from 'node:fs/promises';
import { StationError } from '../../domain/failure.ts';
import type { Flasher, FlashOptions, FlashReport } from '../../ports/flasher.ts';
import type { UsbBus, UsbUnit } from '../../ports/usb-bus.ts';
import { isFactoryConstantSerial } from '../../protocol/usb-ids.ts';
import { type DfuUtilCommand, type DfuUtilRun, runDfuUtil } from './dfu-util-program.ts';
import { createProgressReader } from './dfu-util-progress.ts';
import { dfuUtilFailure, isRead, isRefusedCommand, isWritten } from './dfu-util-verdict.ts';
import { removeAbandonedFolders, withFileOf, withPlaceForFile } from './private-file.ts';

export type DfuUtilOptions = DfuUtilCommand & {
  /** Asked after a failure whether the unit is still there: dfu-util's messages do not tell a refusal from an unplug. */
  readonly bus?: UsbBus;
  /**
   * Select the unit by its port path as well as by its serial. On by default, and off on macOS and Windows, where dfu-util's
   * bus numbers need not be the station's (device-usb.md 7.5; UNVERIFIED there).
   */
  readonly selectByPath?: boolean;
};

/** Flashes with dfu-util 0.11, or with a program that takes and prints the same (device-usb.md 7). */
export function createDfuUtilFlasher(options: DfuUtilOptions): Flasher {
  const { bus, selectByPath = process.platform !== 'darwin' && process.platform !== 'win32', ...command } = options;
  const busy = new Set<string>();
  let tidied: Promise<void> | undefined;

  /** One dfu-util per port at a time; two would take the unit from each other. */
  const onPort = async <Value>(unit: UsbUnit, work: () => Promise<Value>): Promise<Value> => {
    if (busy.has(unit.portPath)) throw new StationError('run/bug', `dfu-util already runs on port ${unit.portPath}.`);
    busy.add(unit.portPath);
    tidied ??= removeAbandonedFolders();
    try {
      await tidied;
      return await work();
    } finally {
      busy.delete(unit.portPath);
    }
  };

  const run = async (unit: UsbUnit, args: readonly string[], job: JobOptions): Promise<DfuUtilRun> => {
    const select = [...selectionOf(unit, selectByPath), ...args];
    let hasMoved = false;
    const progress = createProgressReader(job.totalBytes, job.phases, (step) => {
      hasMoved ||= step.doneBytes > 0;
      job.onProgress?.(step);
    });
    const runOnce = (): Promise<DfuUtilRun> => runDfuUtil(command, select, { ...job, onLine: progress.read });
    let ended = await runOnce();
    // A run that was killed can leave the unit between two states, where dfu-util does not look: the first command of the next
    // run is then refused, and clears it. Nothing has been changed in the unit yet.
    if (!hasMoved && isRefusedCommand(ended)) {
      await job.beforeAgain?.();
      ended = await runOnce();
    }
    if (ended.end === 'aborted') throw new StationError('run/aborted', `Flashing on ${unit.portPath} was aborted.`);
    return ended;
  };

  const refuse = async (unit: UsbUnit, ended: DfuUtilRun): Promise<StationError> => {
    const isGone = bus !== undefined && !(await isPresent(bus, unit));
    return dfuUtilFailure(unit, ended, isGone);
  };

  return {
    async version() {
      const ended = await runDfuUtil(command, ['--version'], {
        signal: AbortSignal.timeout(VERSION_MS),
        stallMs: VERSION_MS,
      });
      const version = ended.transcript.find((line) => /^dfu-util \S+/.test(line));
      if (version !== undefined && ended.exitCode === 0) return version;
      throw new StationError('flash/tool-missing', `${command.command} is not a dfu-util that runs: ${ended.trouble}`);
    },

    write(job, flashOptions) {
      const { unit, alt, address, bytes, leave } = job;
      const place = `${hexAddress(address)}${leave ? ':leave' : ''}`;
      return onPort(unit, () =>
        withFileOf(bytes, async (file): Promise<FlashReport> => {
          const args = ['-a', String(alt), '-s', place, '-D', file];
          const phases = ['erase', 'write'] as const;
          const ended = await run(unit, args, { ...flashOptions, phases, totalBytes: bytes.length });
          if (!isWritten(ended, leave)) throw await refuse(unit, ended);
          return reportOf(ended);
        }),
      );
    },

    readBack(job, flashOptions) {
      const { unit, alt, address, sizeBytes, leave } = job;
      const place = `${hexAddress(address)}:${sizeBytes}${leave ? ':leave' : ''}`;
      return onPort(unit, () =>
        withPlaceForFile(sizeBytes, async (file, read) => {
          const args = ['-a', String(alt), '-s', place, '-U', file];
          const beforeAgain = (): Promise<void> => rm(file, { force: true }); // it must not exist before (exit 73)
          const ended = await run(unit, args, {
            ...flashOptions,
            phases: ['read'],
            totalBytes: sizeBytes,
            beforeAgain,
          });
          if (!isRead(ended, leave)) throw await refuse(unit, ended);
          const bytes = await read();
          if (bytes.length === sizeBytes) return bytes;
          throw new StationError('flash/tool-failed', `Asked for ${sizeBytes} bytes, dfu-util wrote ${bytes.length}.`, {
            evidence: { transcript: ended.transcript },
          });
        }),
      );
    },
  };
}

type JobOptions = FlashOptions & {
  readonly phases: readonly ('erase' | 'write' | 'read')[];
  readonly totalBytes: number;
  /** Clears what a first try left behind, before a second one. */
  readonly beforeAgain?: () => Promise<void>;
};

const VERSION_MS = 15_000;
const REMOVAL_LAG_MS = 300;

/**
 * Which unit: the IDs apply to DFU mode alone (the leading comma), the port path picks one before dfu-util opens any, and the
 * serial makes dfu-util itself refuse another unit in that port. Bootloaders before 0.6 all have the same serial; there the
 * path decides alone, the match then being true of every unit (device-usb.md 2.1, 7.5, usb-lab.md 5), and where the path is not
 * used such a unit is refused with `flash/tool-failed`.
 */
function selectionOf(unit: UsbUnit, selectByPath: boolean): readonly string[] {
  const id = (value: number): string => value.toString(16).padStart(4, '0');
  // A comma in the serial would mean something else to dfu-util, and no unit has anything but digits and letters there.
  if (!/^[0-9A-Za-z]{0,64}$/.test(unit.usbSerial)) {
    throw new StationError('unit/garbled-answer', `The USB serial of the unit on ${unit.portPath} is not plain text.`);
  }
  if (!/^[0-9A-Za-z]+-[0-9.]+$/.test(unit.portPath)) {
    throw new StationError('run/bug', `${unit.portPath} is not a USB port path.`);
  }
  if (!selectByPath && (unit.usbSerial === '' || isFactoryConstantSerial(unit.usbSerial))) {
    throw new StationError(
      'flash/tool-failed',
      `The unit on ${unit.portPath} tells no serial of its own, and dfu-util takes no port path here: another unit could be hit.`,
    );
  }
  return [
    ...['-d', `,${id(unit.vendorId)}:${id(unit.productId)}`],
    ...(selectByPath ? ['-p', unit.portPath] : []),
    ...(unit.usbSerial === '' ? [] : ['-S', unit.usbSerial]),
  ];
}

function hexAddress(address: number): string {
  return `0x${address.toString(16).padStart(8, '0')}`;
}

function reportOf(ended: DfuUtilRun): FlashReport {
  return { durationMs: ended.durationMs, exitCode: ended.exitCode ?? -1, transcript: ended.transcript };
}

/** Looks twice: the tool fails a moment before the operating system has taken the device away. */
async function isPresent(bus: UsbBus, unit: UsbUnit): Promise<boolean> {
  const look = async (): Promise<boolean> =>
    (await bus.list()).some((one) => one.portPath === unit.portPath && one.address === unit.address);
  if (!(await look())) return false;
  await new Promise((resolve) => setTimeout(resolve, REMOVAL_LAG_MS));
  return await look();
}
