import { closeSync, openSync, writeSync } from 'node:fs';
import { abortToIdle } from './dfu-requests.ts';
import {
  announceLayout,
  type DfuseSession,
  eraseEverything,
  hex8,
  printTransferError,
  setAddress,
} from './dfuse-commands.ts';
import { leave } from './dfuse-download.ts';
import { EXIT, exitWith, ProgramExit, warning } from './exit.ts';
import { systemText } from './firmware-file.ts';
import { findSegment } from './memory-layout.ts';
import { createProgressBar } from './progress-bar.ts';

const DEFAULT_LIMIT_BYTES = 0x4000;
const FIRST_BLOCK = 2;

/**
 * Reads the unit into a file that must not exist yet (exit 73): from the address of `-s`, as many bytes as it says or to the end of the
 * memory segment. Throws ProgramExit with dfu-util's code.
 */
export async function upload(session: DfuseSession, path: string, transferSize: number): Promise<void> {
  const file = createFile(path);
  try {
    await readMemory(session, transferSize, (bytes) => writeSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

function createFile(path: string): number {
  try {
    return openSync(path, 'wx', 0o666);
  } catch (error) {
    throw exitWith(EXIT.cannotCreate, `Cannot open file ${path} for writing: ${systemText(error)}`);
  }
}

async function readMemory(session: DfuseSession, transferSize: number, keep: (bytes: Buffer) => void): Promise<void> {
  const { pipe, print, options } = session;
  const limit = await prepare(session);
  const bar = createProgressBar(print.out, 'Upload');
  bar(0, 1);
  let total = 0;
  for (let block = FIRST_BLOCK; ; block += 1) {
    const wanted = Math.min(transferSize, limit - total);
    const bytes = await pipe.upload(block, wanted);
    if ('error' in bytes) {
      printTransferError(session, 'dfuse_upload', bytes);
      throw new ProgramExit(EXIT.io);
    }
    keep(bytes);
    total += bytes.length;
    if (bytes.length < wanted || total >= limit) break;
    bar(total, limit);
  }
  bar(total, total);
  await abortToIdle(pipe);
  if (options.leave) await leave(session);
}

/** Moves the pointer to where the read begins and returns how many bytes to read. */
async function prepare(session: DfuseSession): Promise<number> {
  const { options, layout, print, pipe } = session;
  if (options.address === undefined) {
    if (options.length === 0) print.err(warning('Unbound upload not supported on DfuSe devices'));
    const limit = options.length || DEFAULT_LIMIT_BYTES;
    print.out(`Limiting default upload to ${limit} bytes\n`);
    return limit;
  }
  announceLayout(session);
  await eraseEverything(session);
  const segment = findSegment(layout, options.address);
  if (!options.force && segment?.isReadable !== true) {
    throw exitWith(EXIT.usage, `Page at 0x${hex8(options.address)} is not readable`);
  }
  let limit = options.length;
  if (limit === 0 && segment !== undefined) {
    limit = segment.end - options.address + 1;
    print.out(`Limiting upload to end of memory segment, ${limit} bytes\n`);
  } else if (limit === 0) {
    limit = DEFAULT_LIMIT_BYTES;
    print.out(`Limiting upload to ${limit} bytes\n`);
  }
  await setAddress(session, options.address);
  await abortToIdle(pipe);
  return limit;
}
