import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The longest path of a Unix-domain socket that macOS takes (104 with the end; Linux takes 108). */
const MAX_SOCKET_PATH_BYTES = 103;

/**
 * A place to listen that no one else can reach: a socket in a fresh folder of mode 0700, or on Windows a named pipe with an unguessable
 * name. `remove` takes the folder away again.
 */
export async function createPrivateAddress(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  if (process.platform === 'win32') {
    const path = `\\\\.\\pipe\\linewright-${randomBytes(16).toString('hex')}`;
    return { path, remove: async () => {} };
  }
  const name = 'linewright-XXXXXX/usb';
  const parent = Buffer.byteLength(join(tmpdir(), name)) <= MAX_SOCKET_PATH_BYTES ? tmpdir() : '/tmp';
  // mkdtemp makes the folder with mode 0700.
  const folder = await mkdtemp(join(parent, 'linewright-'));
  return { path: join(folder, 'usb'), remove: () => rm(folder, { recursive: true, force: true }) };
}
