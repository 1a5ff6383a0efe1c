import { existsSync } from 'node:fs';
import { bookFile, openIdentityBook } from '../adapters/identity/identity-book.sqlite.ts';
import { failureOf, StationError } from '../domain/failure.ts';
import type { IdentityBook } from '../ports/identity-book.ts';
import { readStationFile } from '../station/station-file.ts';
import type { IdentityOptions } from './identity-commands.ts';
import { unwrap } from './open-store.ts';
import { EXIT, type Output } from './output.ts';

/** Carries out a command; what it throws as a StationError is its answer. Ctrl-C is an abort, so that nothing is left half-done. */
export async function withAbort(output: Output, work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort(new StationError('run/aborted', 'The command was stopped.'));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    return await work(stop.signal);
  } catch (thrown) {
    if (!(thrown instanceof StationError)) throw thrown;
    const exit = output.failed(failureOf(thrown));
    return thrown.code === 'request/invalid' ? EXIT.misuse : exit;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** The data folder the options name. */
export async function dataFolderOf({ station, data, hasOwnData }: IdentityOptions): Promise<string> {
  if (station === undefined || hasOwnData) return data;
  return unwrap(await readStationFile(station)).data;
}

/** Uses the book of a data folder and closes it; with `mustExist` it is not made, and undefined when there is none. */
export async function withBook<Value>(
  folder: string,
  use: (book: IdentityBook) => Value | Promise<Value>,
  { mustExist }: { readonly mustExist: boolean },
): Promise<Value | undefined> {
  if (mustExist && !existsSync(bookFile(folder))) return undefined;
  const book = openIdentityBook(folder);
  try {
    return await use(book);
  } finally {
    book.close();
  }
}
