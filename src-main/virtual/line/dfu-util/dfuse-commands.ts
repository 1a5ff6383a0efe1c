import { type DfuPipe, type DfuStatus, describeStatus, pause, STATE, type TransferError } from './dfu-requests.ts';
import type { DfuseOptions } from './dfuse-options.ts';
import { EXIT, exitWith, type Print, warning } from './exit.ts';
import { findSegment, type MemoryLayout } from './memory-layout.ts';

/** What a download or upload works with. */
export type DfuseSession = {
  readonly pipe: DfuPipe;
  readonly print: Print;
  readonly layout: MemoryLayout;
  readonly options: DfuseOptions;
  readonly verbosity: number;
};

type CommandName = 'SET_ADDRESS' | 'ERASE_PAGE' | 'MASS_ERASE' | 'READ_UNPROTECT';

/** dfu-util gives up on a unit that stays busy and asks for no pause after this many rounds (device-usb.md 7.3). */
const MAX_IDLE_ROUNDS = 100;
const COMMAND_BLOCK = 0;
/** Block 2 is "at the address pointer" (device-usb.md 6.1). */
const DATA_BLOCK = 2;

/** Prints the name of the memory and, when asked to be verbose, its segments. */
export function announceLayout({ layout, print, verbosity }: DfuseSession): void {
  print.out(`DfuSe interface name: "${layout.name}"\n`);
  if (verbosity === 0) return;
  for (const { start, end, pageBytes, isReadable, isErasable, isWriteable } of layout.segments) {
    const bytes = end - start + 1;
    const pages = `${String(bytes / pageBytes).padStart(3)} x ${String(pageBytes).padStart(4)} = ${String(bytes).padStart(5)}`;
    const rights = `${isReadable ? 'r' : ''}${isErasable ? 'e' : ''}${isWriteable ? 'w' : ''}`;
    print.out(`Memory segment at 0x${hex8(start)} ${pages} (${rights})\n`);
  }
}

/** Moves the address pointer. Throws ProgramExit as every command here: 74 for a failed transfer, 76 for a wrong state. */
export async function setAddress(session: DfuseSession, address: number): Promise<void> {
  if (session.verbosity > 1) session.print.err(`  Setting address pointer to 0x${hex8(address)}\n`);
  await runCommand(session, 'SET_ADDRESS', commandBytes(0x21, address));
}

/** Erases the page with this address and returns the page's beginning. Throws ProgramExit 64 when it must not be erased. */
export async function erasePage(session: DfuseSession, address: number): Promise<number> {
  const segment = findSegment(session.layout, address);
  if (segment === undefined || !segment.isErasable) {
    throw exitWith(EXIT.usage, `Page at 0x${hex8(address)} can not be erased`);
  }
  const page = pageOf(address, segment.pageBytes);
  if (session.verbosity > 0) {
    const what = `Erasing page size ${segment.pageBytes} at address 0x${hex8(address)}`;
    session.print.err(`${what}, page starting at 0x${hex8(page)}\n`);
  }
  await runCommand(session, 'ERASE_PAGE', commandBytes(0x41, address));
  return page;
}

/** Erases everything, or takes the read protection off; both only with `force`. Particle units refuse both. */
export async function eraseEverything(session: DfuseSession): Promise<void> {
  const { options, print } = session;
  if (options.unprotect) {
    const why = 'The read unprotect command will erase the flash memoryand can only be used with force\n';
    if (!options.force) throw exitWith(EXIT.usage, why);
    await runCommand(session, 'READ_UNPROTECT', Uint8Array.of(0x92));
    print.out('Device disconnects, erases flash and resets now\n');
    return;
  }
  if (!options.massErase) return;
  if (!options.force) throw exitWith(EXIT.usage, 'The mass erase command can only be used with force');
  print.out('Performing mass erase, this can take a moment\n');
  await runCommand(session, 'MASS_ERASE', Uint8Array.of(0x41));
}

/** Writes one chunk at the address pointer and waits until the unit has it; an empty chunk asks it to leave. */
export async function writeChunk(session: DfuseSession, data: Uint8Array): Promise<number> {
  const { pipe, print, options } = session;
  const refused = await pipe.download(DATA_BLOCK, data);
  if (refused !== undefined) {
    printTransferError(session, 'dfuse_download', refused);
    throw exitWith(EXIT.io, 'Error during download');
  }
  let status: DfuStatus;
  do {
    const answer = await pipe.getStatus();
    if ('error' in answer) throw exitWith(EXIT.io, 'Error during download get_status');
    status = answer;
    await pause(status.pollTimeoutMs);
  } while (!isChunkDone(status.state, options.willReset));
  if (status.state === STATE.manifest) print.out('Transitioning to dfuMANIFEST state\n');
  if (status.status !== 0) {
    print.out(` failed!\n${describeStatus(status)}\n`);
    return -1;
  }
  return data.length;
}

/** Tells a failed transfer as dfu-util does before it gives up. */
export function printTransferError(session: DfuseSession, what: string, refused: TransferError): void {
  session.print.err(warning(`${what}: libusb_control_transfer returned ${refused.number} (${refused.error})`));
}

/** The beginning of the page an address lies in. */
export function pageOf(address: number, pageBytes: number): number {
  return (address & ~(pageBytes - 1)) >>> 0;
}

/** An address as eight hexadecimal digits. */
export function hex8(address: number): string {
  return (address >>> 0).toString(16).padStart(8, '0');
}

async function runCommand(session: DfuseSession, name: CommandName, bytes: Uint8Array): Promise<void> {
  const { pipe, print } = session;
  const refused = await pipe.download(COMMAND_BLOCK, bytes);
  if (refused !== undefined) {
    printTransferError(session, 'dfuse_download', refused);
    throw exitWith(EXIT.io, `Error during special command "${name}" download`);
  }
  let status: DfuStatus | undefined;
  let idleRounds = 0;
  do {
    const answer = await pipe.getStatus();
    if ('error' in answer) throw exitWith(EXIT.io, `Error during special command "${name}" get_status`);
    if (status === undefined && answer.state !== STATE.downloadBusy) {
      print.err(`${describeStatus(answer)}\n`);
      throw exitWith(EXIT.protocol, `Wrong state after command "${name}" download`);
    }
    status = answer;
    idleRounds = status.pollTimeoutMs === 0 ? idleRounds + 1 : 0;
    if (idleRounds >= MAX_IDLE_ROUNDS) throw exitWith(EXIT.io, 'Device stuck after special command request');
    if (session.verbosity > 1) print.err(`   Poll timeout ${status.pollTimeoutMs} ms\n`);
    await pause(status.pollTimeoutMs);
    if (name === 'READ_UNPROTECT') return;
  } while (status.state === STATE.downloadBusy);
  if (status.status !== 0) throw exitWith(EXIT.io, `${name} not correctly executed`);
}

function isChunkDone(state: number, willReset: boolean): boolean {
  if (willReset && state === STATE.downloadBusy) return true;
  return state === STATE.downloadIdle || state === STATE.error || state === STATE.manifest || state === STATE.idle;
}

function commandBytes(command: number, address: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = command;
  bytes.writeUInt32LE(address >>> 0, 1);
  return bytes;
}
