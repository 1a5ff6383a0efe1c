import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What another program of the same user may want to know of a running headless station. The URL holds the token. */
export type RunFile = { readonly pid: number; readonly url: string };

/**
 * Writes the run file, readable by this user only: an old one is removed first and the new one created exclusively, so no file
 * prepared by someone else is ever written into (workbench.md E). Returns the function that removes it.
 */
export function writeRunFile(path: string, content: RunFile): () => void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(path, { force: true });
  writeFileSync(path, `${JSON.stringify(content)}\n`, { flag: 'wx', mode: 0o600 });
  return () => rmSync(path, { force: true });
}
