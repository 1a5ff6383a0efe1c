import { abortToIdle } from './dfu-requests.ts';
import {
  announceLayout,
  type DfuseSession,
  eraseEverything,
  erasePage,
  hex8,
  pageOf,
  setAddress,
  writeChunk,
} from './dfuse-commands.ts';
import { EXIT, exitWith, warning } from './exit.ts';
import type { FirmwareFile } from './firmware-file.ts';
import { findSegment, type Segment } from './memory-layout.ts';
import { createProgressBar } from './progress-bar.ts';

/**
 * Writes a file: erases every page of it first, then sends it chunk by chunk, then leaves if asked to (device-usb.md 7.2 and 7.3).
 * Without a file only the commands of `-s` are done. Throws ProgramExit with dfu-util's code.
 */
export async function download(
  session: DfuseSession,
  file: FirmwareFile | undefined,
  transferSize: number,
): Promise<void> {
  const { options, print, pipe } = session;
  announceLayout(session);
  await eraseEverything(session);
  if (file === undefined) {
    print.out('DfuSe command mode\n');
  } else {
    if (options.address === undefined) {
      print.err(warning('Only DfuSe file version 1.1a is supported'));
      throw exitWith(EXIT.usage, '(for raw binary download, use the --dfuse-address option)');
    }
    if (file.dfuVersion === 0x011a) throw exitWith(EXIT.usage, 'This is a DfuSe file, not meant for raw download');
    await writeElement(session, file.bytes, options.address, transferSize);
    print.out('File downloaded successfully\n');
  }
  if (!options.willReset) await abortToIdle(pipe);
  if (options.leave) await leave(session);
}

/** Asks the unit to leave DFU mode: pointer, then an empty chunk. */
export async function leave(session: DfuseSession): Promise<void> {
  if (session.options.address !== undefined) await setAddress(session, session.options.address);
  session.print.out('Submitting leave request...\n');
  await writeChunk(session, new Uint8Array(0));
}

async function writeElement(session: DfuseSession, bytes: Buffer, address: number, chunkBytes: number): Promise<void> {
  const { print } = session;
  print.out(`Downloading element to address = 0x${hex8(address)}, size = ${bytes.length}\n`);
  writeableSegment(session, address + bytes.length - 1, 'Last page');
  await eraseElement(session, bytes.length, address, chunkBytes);

  const bar = createBar(session, 'Download');
  bar(0, 1);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const chunk = bytes.subarray(at, at + chunkBytes);
    const to = address + at;
    if (session.verbosity > 0) {
      const range = `memory ${hex8(to)}-${hex8(to + chunk.length - 1)}, size ${chunk.length}`;
      print.err(` Download from image offset ${hex8(at)} to ${range}\n`);
    } else {
      bar(at, bytes.length);
    }
    await setAddress(session, to);
    const written = await writeChunk(session, chunk);
    if (written !== chunk.length) {
      throw exitWith(EXIT.io, `Failed to write whole chunk: ${written} of ${chunk.length} bytes`);
    }
  }
  bar(bytes.length, bytes.length);
}

async function eraseElement(session: DfuseSession, size: number, address: number, chunkBytes: number): Promise<void> {
  const bar = createBar(session, 'Erase   ');
  bar(0, 1);
  let lastErased = -1;
  for (let at = 0; at < size; at += chunkBytes) {
    const from = address + at;
    const segment = writeableSegment(session, from, 'Page');
    // Outside the map the page size is unknown, so nothing is erased there (only possible with `force`).
    if (segment === undefined) continue;
    if (segment.isErasable && !session.options.massErase) {
      const end = address + Math.min(size, at + chunkBytes);
      for (let page = from; page < end; page += segment.pageBytes) {
        if (pageOf(page, segment.pageBytes) !== lastErased) lastErased = await erasePage(session, page);
      }
      if (pageOf(end - 1, segment.pageBytes) !== lastErased) {
        if (session.verbosity > 1) session.print.err(' Chunk extends into next page, erase it as well\n');
        lastErased = await erasePage(session, end - 1);
      }
    }
    bar(at, size);
  }
  bar(size, size);
}

function writeableSegment(session: DfuseSession, address: number, what: string): Segment | undefined {
  const segment = findSegment(session.layout, address);
  if (!session.options.force && segment?.isWriteable !== true) {
    throw exitWith(EXIT.usage, `${what} at 0x${hex8(address)} is not writeable`);
  }
  return segment;
}

/** Bars are drawn only when nothing else is printed. */
function createBar(session: DfuseSession, title: string): (done: number, total: number) => void {
  return session.verbosity > 0 ? () => {} : createProgressBar(session.print.out, title);
}
