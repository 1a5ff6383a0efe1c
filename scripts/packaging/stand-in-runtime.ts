import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What marks the fuses in an executable: the sentinel, version 1, nine fuses, each as Electron 45 ships it
 * (workbench.md B; @electron/fuses reads and writes them by it).
 */
const FUSE_WIRE = ['dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', '\u0001', '\u0009', '101100011'].join('');

/** Writes a folder that electron-builder takes for the Linux runtime of this version. Nothing in it can run. */
export function writeStandInRuntime(folder: string, version: string): void {
  mkdirSync(join(folder, 'resources'), { recursive: true });
  const files: Readonly<Record<string, string>> = {
    electron: `stand-in ${FUSE_WIRE} end\n`,
    version,
    LICENSE: 'stand-in\n',
    'LICENSES.chromium.html': 'stand-in\n',
    'chrome-sandbox': 'stand-in\n',
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), Buffer.from(text, 'latin1'), { mode: 0o755 });
  }
}
