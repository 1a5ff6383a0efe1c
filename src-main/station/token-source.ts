import { readFile, stat } from 'node:fs/promises';
import { StationError } from '../domain/failure.ts';
import type { SecretSource } from './station-file.ts';

/**
 * The cloud token, read when it is needed from where the station file says: an environment variable or a file that only its owner
 * may read. Never from the command line, which every process on the machine can see. Rejects with `station/invalid-file`; the
 * token itself is in no message.
 */
export function readToken(source: SecretSource): Promise<string> {
  return readSecret(source, /^[\x21-\x7e]{8,4096}$/, 'cloud token', 'token file');
}

/** `user:password` for the plant's proxy, from where the station file says, in the same way. */
export function readProxyCredentials(source: SecretSource): Promise<string> {
  return readSecret(source, /^[^\p{Cc}:]+:\P{Cc}*$/u, 'user:password of the proxy', 'file of proxy credentials');
}

async function readSecret(source: SecretSource, form: RegExp, what: string, kind: string): Promise<string> {
  // A crash report lists the whole environment, unless it is told not to.
  if ('env' in source && process.report !== undefined) process.report.excludeEnv = true;
  const text = 'env' in source ? process.env[source.env] : await readPrivateFile(source.file, kind);
  const secret = text?.trim() ?? '';
  if (form.test(secret)) return secret;
  const where = 'env' in source ? `The variable ${source.env}` : `The file ${source.file}`;
  throw new StationError('station/invalid-file', `${where} holds no usable ${what}.`);
}

async function readPrivateFile(file: string, kind: string): Promise<string> {
  let mode: number;
  try {
    mode = (await stat(file)).mode;
  } catch (cause) {
    throw new StationError('station/invalid-file', `The ${kind} ${file} cannot be read.`, { cause });
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new StationError('station/invalid-file', `The ${kind} ${file} can be read by others: chmod 600 it.`);
  }
  return readFile(file, 'utf8');
}
