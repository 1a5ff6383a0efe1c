import { StationError } from '../../domain/failure.ts';
import type { DfuUtilRunner, Flasher, FlashOptions, FlashReader, FlashReport } from '../../ports/flasher.ts';
import type { UsbBus, UsbUnit } from '../../ports/usb-bus.ts';
import { isFactoryConstantSerial } from '../../protocol/usb-ids.ts';
import { openDfuReader } from './dfu-reader.ts';
import { type DfuUtilCommand, type DfuUtilRun, runDfuUtil, spawnDfuUtil } from './dfu-util-program.ts';
import { createProgressReader } from './dfu-util-progress.ts';
import { dfuUtilFailure, isRefusedCommand, isWritten } from './dfu-util-verdict.ts';
import { removeAbandonedFolders, withFileOf } from './private-file.ts';

/** dfu-util as a program to start, or as something that runs it. */
export type DfuUtilOptions = (DfuUtilCommand | { readonly run: DfuUtilRunner }) & {
  /** Reads flash, and tells after a failure whether the unit is still there: dfu-util's messages do not tell a refusal from an unplug. */
  readonly bus: UsbBus;
  /**
   * Select the unit by its port path as well as by its serial. On by default, and off on macOS and Windows, where dfu-util's
   * bus numbers need not be the station's (device-usb.md 7.5; UNVERIFIED there).
   */
  readonly selectByPath?: boolean;
};

/**
 * Writes with dfu-util 0.11, or with a program that takes and prints the same (device-usb.md 7); reads by itself, over the bus, because
 * a look at the flash is shorter than the start of a program.
 */
export function createDfuUtilFlasher(options: DfuUtilOptions): Flasher {
  const { bus, selectByPath = process.platform !== 'darwin' && process.platform !== 'win32' } = options;
  const tool = 'run' in options ? options.run : spawnDfuUtil(options);
  const toolName = 'run' in options ? 'dfu-util' : options.command;
  const busy = new Set<string>();
  let tidied: Promise<void> | undefined;

  /** One user per port at a time; two would take the unit from each other. Returns how it is given back. */
  const takePort = (unit: UsbUnit): (() => void) => {
    const { portPath } = unit;
    if (busy.has(portPath)) throw new StationError('run/bug', `Port ${portPath} is being flashed or read already.`);
    busy.add(portPath);
    return () => void busy.delete(portPath);
  };

  const run = async (unit: UsbUnit, args: readonly string[], job: JobOptions): Promise<DfuUtilRun> => {
    const select = [...selectionOf(unit, selectByPath), ...args];
    let hasMoved = false;
    const progress = createProgressReader(job.totalBytes, (step) => {
      hasMoved ||= step.doneBytes > 0;
      job.onProgress?.(step);
    });
    const runOnce = (): Promise<DfuUtilRun> => runDfuUtil(tool, select, { ...job, onLine: progress.read });
    let ended = await runOnce();
    // A run that was killed can leave the unit between two states, where dfu-util does not look: the first command of the next
    // run is then refused, and clears it. Nothing has been changed in the unit yet.
    if (!hasMoved && isRefusedCommand(ended)) ended = await runOnce();
    if (ended.end === 'aborted') throw new StationError('run/aborted', `Flashing on ${unit.portPath} was aborted.`);
    return ended;
  };

  const refuse = async (unit: UsbUnit, ended: DfuUtilRun): Promise<StationError> => {
    const isGone = !(await isPresent(bus, unit));
    return dfuUtilFailure(unit, ended, isGone);
  };

  const openReader = async (
    unit: UsbUnit,
    alt: number,
    readOptions: Pick<FlashOptions, 'signal' | 'stallMs'>,
  ): Promise<FlashReader> => {
    const giveBack = takePort(unit);
    try {
      const reader = await openDfuReader(bus, unit, alt, readOptions);
      const close = (): Promise<void> => reader.close().finally(giveBack);
      return { ...reader, close };
    } catch (thrown) {
      giveBack();
      throw thrown;
    }
  };

  return {
    async version() {
      const ended = await runDfuUtil(tool, ['--version'], {
        signal: AbortSignal.timeout(VERSION_MS),
        stallMs: VERSION_MS,
      });
      const version = ended.transcript.find((line) => /^dfu-util \S+/.test(line));
      if (version !== undefined && ended.exitCode === 0) return version;
      throw new StationError('flash/tool-missing', `${toolName} is not a dfu-util that runs: ${ended.trouble}`);
    },

    async write(job, flashOptions) {
      const { unit, alt, address, bytes, leave } = job;
      const place = `${hexAddress(address)}${leave ? ':leave' : ''}`;
      const giveBack = takePort(unit);
      try {
        tidied ??= removeAbandonedFolders();
        await tidied;
        return await withFileOf(bytes, async (file): Promise<FlashReport> => {
          const args = ['-a', String(alt), '-s', place, '-D', file];
          const ended = await run(unit, args, { ...flashOptions, totalBytes: bytes.length });
          if (!isWritten(ended, leave)) throw await refuse(unit, ended);
          return reportOf(ended);
        });
      } finally {
        giveBack();
      }
    },

    openReader,

    async readBack(job, flashOptions) {
      const { unit, alt, address, sizeBytes: totalBytes, leave } = job;
      const reader = await openReader(unit, alt, flashOptions);
      try {
        const bytes = await reader.read(address, totalBytes, (doneBytes) =>
          flashOptions.onProgress?.({ phase: 'read', doneBytes, totalBytes }),
        );
        if (leave) await reader.leave();
        return bytes;
      } finally {
        await reader.close();
      }
    },
  };
}

type JobOptions = FlashOptions & { readonly totalBytes: number };

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
