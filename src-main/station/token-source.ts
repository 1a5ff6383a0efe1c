import { readFile, stat } from 'node:fs/promises';
import { StationError } from '../domain/failure.ts';
import type { StationFile } from './station-file.ts';

/**
 * The cloud token, read when it is needed from where the station file says: an environment variable or a file that only its owner
 * may read. Never from the command line, which every process on the machine can see. Rejects with `station/invalid-file`; the
 * token itself is in no message.
 */
export async function readToken(source: StationFile['token']): Promise<string> {
  const text = 'env' in source ? process.env[source.env] : await readPrivateFile(source.file);
  const token = text?.trim() ?? '';
  if (!/^[\x21-\x7e]{8,4096}$/.test(token)) {
    const where = 'env' in source ? `The variable ${source.env}` : `The file ${source.file}`;
    throw new StationError('station/invalid-file', `${where} holds no usable cloud token.`);
  }
  return token;
}

async function readPrivateFile(file: string): Promise<string> {
  let mode: number;
  try {
    mode = (await stat(file)).mode;
  } catch (cause) {
    throw new StationError('station/invalid-file', `The token file ${file} cannot be read.`, { cause });
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new StationError('station/invalid-file', `The token file ${file} can be read by others: chmod 600 it.`);
  }
  return readFile(file, 'utf8');
}
