import { setTimeout as sleep } from 'node:timers/promises';
import { REQUEST } from '../../usbip/usb-descriptors.ts';
import type { ImportedUnit } from '../../usbip/usbip-client.ts';
import { type Candidate, findCandidates, hex4, openUnit } from './candidates.ts';
import {
  createDfuPipe,
  type DfuPipe,
  type DfuStatus,
  describeStatus,
  pause,
  STATE,
  statusText,
} from './dfu-requests.ts';
import type { DfuseSession } from './dfuse-commands.ts';
import { download } from './dfuse-download.ts';
import { parseDfuseOptions } from './dfuse-options.ts';
import { upload } from './dfuse-upload.ts';
import { EXIT, exitWith, type Print, ProgramExit, warning } from './exit.ts';
import { type FirmwareFile, loadFirmwareFile } from './firmware-file.ts';
import { parseMemoryLayout } from './memory-layout.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { type ProgramBus, socketBus } from './program-bus.ts';

/** Name of the environment variable with the socket or pipe of the in-process line. */
export const BUS_VARIABLE = 'LINEWRIGHT_VIRTUAL_BUS';

/** Same seven lines as dfu-util's banner, with who this program really is. */
const BANNER = `dfu-util 0.11

Linewright's virtual line: behaves as dfu-util 0.11 towards virtual units.
It is not dfu-util and contains none of its code.
The real program is Free Software with ABSOLUTELY NO WARRANTY:
see http://dfu-util.sourceforge.net

`;
const WAIT_ROUND_MS = 20;
/** Linux takes at most a page in one control transfer. */
const LARGEST_TRANSFER_BYTES = 4096;

/**
 * The program on this process's own stdout and stderr. `main.ts` runs it when the app is started again with `--virtual-dfu-util`
 * (a packed app has no .ts file to run); `argv` is what follows. Resolves with the exit code.
 */
export function runVirtualDfuUtil(argv: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  return runDfuUtil(argv, environment, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
}

/**
 * The dfu-util-compatible program of the in-process line: same options, texts, transfers and exit codes as 0.11, as far as
 * device-usb.md 7 describes them (checked against the real program where it runs without a unit). It reaches units over the USB/IP
 * socket named in LINEWRIGHT_VIRTUAL_BUS. Resolves with the exit code; never rejects for what a unit or an argument does.
 */
export function runDfuUtil(argv: readonly string[], environment: NodeJS.ProcessEnv, print: Print): Promise<number> {
  return runDfuUtilOn(environmentBus(environment), argv, print);
}

/** The very same program, which reaches its units over this bus. */
export async function runDfuUtilOn(bus: ProgramBus, argv: readonly string[], print: Print): Promise<number> {
  try {
    const options = parseOptions(argv);
    if (options.mode === 'help') {
      print.err(USAGE);
      return EXIT.ok;
    }
    print.out(BANNER);
    if (options.mode === 'version') return EXIT.ok;
    if (options.mode === 'none') throw new ProgramExit(EXIT.usage, `You need to specify one of -D or -U\n${USAGE}`);
    await work(options, bus, print);
    return EXIT.ok;
  } catch (error) {
    const exit = error instanceof ProgramExit ? error : exitWith(EXIT.software, String(error));
    if (exit.message !== '') print.err(exit.message);
    return exit.code;
  }
}

function environmentBus(environment: NodeJS.ProcessEnv): ProgramBus {
  const path = environment[BUS_VARIABLE];
  if (path !== undefined && path !== '') return socketBus(path);
  const unset = async (): Promise<never> => {
    throw new Error(`${BUS_VARIABLE} is not set`);
  };
  return { list: unset, open: unset };
}

async function work(options: Options, bus: ProgramBus, print: Print): Promise<void> {
  const isDownload = options.mode === 'download' && options.file !== undefined;
  const file = isDownload ? loadFirmwareFile(options.file ?? '', print) : undefined;
  if (options.wait) print.out('Waiting for device, exit with ctrl-C\n');
  const candidates = await search(options, bus, print);
  if (options.mode === 'list') {
    for (const one of candidates) print.out(describeCandidate(one));
    return;
  }
  const [chosen] = candidates;
  if (chosen === undefined) throw exitWith(EXIT.io, 'No DFU capable USB device available');
  if (candidates.length > 1) {
    const advice = "Try `--list' and specify the serial number or disconnect all but one device\n";
    throw exitWith(EXIT.io, `More than one DFU capable USB device found! ${advice}`);
  }
  print.out('Opening DFU capable USB device...\n');
  const unit = await openUnit(bus, chosen.device.busId);
  if (typeof unit === 'string') throw exitWith(EXIT.io, `Cannot open device: ${unit}`);
  try {
    await serve(unit, chosen, options, file, print);
  } finally {
    await unit.close();
  }
}

async function search(options: Options, bus: ProgramBus, print: Print): Promise<readonly Candidate[]> {
  for (;;) {
    const candidates = await findCandidates(bus, options, print).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw exitWith(EXIT.io, `unable to initialize libusb: LIBUSB_ERROR_OTHER (${why})`);
    });
    if (candidates.length > 0 || !options.wait || options.mode === 'list') return candidates;
    await sleep(WAIT_ROUND_MS);
  }
}

async function serve(
  unit: ImportedUnit,
  chosen: Candidate,
  options: Options,
  file: FirmwareFile | undefined,
  print: Print,
): Promise<void> {
  const { device } = chosen;
  print.out(`Device ID ${hex4(device.vendorId)}:${hex4(device.productId)}\n`);
  print.out(`Device DFU version ${hex4(chosen.dfuVersion)}\n`);
  if (options.verbosity > 0) print.out(describeFunction(chosen));
  print.out('Claiming USB DFU Interface...\n');
  await selectAlternate(unit, chosen, print);
  const pipe = createDfuPipe(unit, chosen.interfaceNumber);
  await reachIdle(pipe, print);
  print.out(`DFU mode device DFU version ${hex4(chosen.dfuVersion)}\n`);
  const transferSize = chooseTransferSize(chosen, options, print);
  if (options.mode === 'detach') {
    if ((await pipe.detach(1000)) !== undefined) print.err(warning("can't detach"));
    return;
  }
  const dfuse = parseDfuseOptions(options.dfuse);
  const layout = parseMemoryLayout(chosen.name);
  if (layout === undefined) throw exitWith(EXIT.io, 'Failed to parse memory layout');
  const session: DfuseSession = { pipe, print, layout, options: dfuse, verbosity: options.verbosity };
  checkFileIds(file, device);
  if (options.mode === 'upload') await upload(session, options.file ?? '', transferSize);
  else await download(session, file, transferSize);
  if (options.finalReset) {
    if ((await pipe.detach(1000)) !== undefined) print.err(warning("can't detach"));
    // A bus reset never reaches a unit over USB/IP (usb-lab.md 2): only the words remain.
    print.out('Resetting USB to switch back to Run-Time mode\n');
  }
}

async function selectAlternate(unit: ImportedUnit, chosen: Candidate, print: Print): Promise<void> {
  print.out(`Setting Alternate Interface #${chosen.alternate} ...\n`);
  const setup = {
    requestType: 0x01,
    request: REQUEST.setInterface,
    value: chosen.alternate,
    index: chosen.interfaceNumber,
    length: 0,
  };
  const answer = await unit.control(setup, new Uint8Array(0), 5000);
  if (answer.kind !== 'done') throw exitWith(EXIT.io, `Cannot set alternate interface: ${answer.kind}`);
}

/** Clears what an earlier run left behind until the unit is idle (device-usb.md 7.2). */
async function reachIdle(pipe: DfuPipe, print: Print): Promise<void> {
  const readStatus = async (): Promise<DfuStatus> => {
    const status = await pipe.getStatus();
    if ('error' in status) throw exitWith(EXIT.io, `error get_status: ${status.error}`);
    return status;
  };
  let status: DfuStatus;
  for (;;) {
    print.out('Determining device status...\n');
    status = await readStatus();
    print.out(`${describeStatus(status)}\n`);
    await pause(status.pollTimeoutMs);
    if (status.state === STATE.appIdle || status.state === STATE.appDetach) {
      throw exitWith(EXIT.io, 'Device still in Run-Time Mode!');
    }
    if (status.state === STATE.error) {
      print.out('Clearing status\n');
      if ((await pipe.clearStatus()) !== undefined) throw exitWith(EXIT.io, 'error clear_status');
    } else if (status.state === STATE.downloadIdle || status.state === STATE.uploadIdle) {
      print.out('Aborting previous incomplete transfer\n');
      if ((await pipe.abort()) !== undefined) throw exitWith(EXIT.io, "can't send DFU_ABORT");
    } else {
      break;
    }
  }
  if (status.status === 0) return;
  print.out(`WARNING: DFU Status: '${statusText(status.status)}'\n`);
  if ((await pipe.clearStatus()) !== undefined) throw exitWith(EXIT.io, 'USB communication error');
  const again = await readStatus();
  if (again.status !== 0) throw exitWith(EXIT.protocol, `Status is not OK: ${again.status}`);
}

function chooseTransferSize(chosen: Candidate, options: Options, print: Print): number {
  if (chosen.transferSize === 0) throw exitWith(EXIT.io, 'Transfer size must be specified');
  print.out(`Device returned transfer size ${chosen.transferSize}\n`);
  if (options.transferSize === 0) return chosen.transferSize;
  print.out('Warning: Overriding device-reported transfer size\n');
  if (options.transferSize <= LARGEST_TRANSFER_BYTES) return options.transferSize;
  print.out(`Limited transfer size to ${LARGEST_TRANSFER_BYTES}\n`);
  return LARGEST_TRANSFER_BYTES;
}

function describeFunction({ attributes, detachTimeoutMs }: Candidate): string {
  const names = ['bitCanDnload', 'bitCanUpload', 'bitManifestationTolerant', 'bitWillDetach'];
  const set = names.filter((_name, bit) => (attributes & (1 << bit)) !== 0).join(' ');
  const number = attributes.toString(16).padStart(2, '0');
  return `DFU attributes: (0x${number}) ${set}\nDetach timeout ${detachTimeoutMs} ms\n`;
}

function checkFileIds(file: FirmwareFile | undefined, device: Candidate['device']): void {
  if (file === undefined) return;
  const isRight =
    (file.vendorId === 0xffff || file.vendorId === device.vendorId) &&
    (file.productId === 0xffff || file.productId === device.productId);
  if (isRight) return;
  const own = `${hex4(device.vendorId)}:${hex4(device.productId)}`;
  const ids = `${hex4(file.vendorId)}:${hex4(file.productId)}`;
  throw exitWith(EXIT.usage, `Error: File ID ${ids} does not match device (${own} or ${own})`);
}

function describeCandidate(one: Candidate): string {
  const { device } = one;
  const ids = `[${hex4(device.vendorId)}:${hex4(device.productId)}] ver=${hex4(device.deviceRelease)}`;
  const where = `devnum=${device.deviceNumber}, cfg=${one.configuration}, intf=${one.interfaceNumber}`;
  const what = `path="${device.busId}", alt=${one.alternate}, name="${one.name}", serial="${one.serial}"`;
  return `Found DFU: ${ids}, ${where}, ${what}\n`;
}
