import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

export const repository = path.resolve(import.meta.dirname, '..', '..', '..');

/** Everything that takes time to fetch or build once: kernel, ram disk, the referee. */
export const cacheFolder = path.join(repository, '.cache', 'vm');

/** V8's compiled code and Node's stripped types, kept from one guest to the next: both are slow under emulation. */
export const guestCache = path.join(cacheFolder, 'guest-cache');

export const qemuProgram = 'qemu-system-x86_64';

const neededPrograms: Readonly<Record<string, string>> = {
  [qemuProgram]: 'qemu-system-x86',
  busybox: 'busybox-static',
  udevadm: 'udev',
  'dfu-util': 'dfu-util',
};

/**
 * Why the virtual machine cannot run here, in a sentence that says what would enable it; undefined when it can. The
 * kernel is not fetched yet: without a network that fails later, with its own sentence.
 */
export function labUnavailable(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `the virtual machine shares this computer's programs with its guest, which must be Linux on x64, not ${process.platform} on ${process.arch}`;
  }
  const missing = Object.entries(neededPrograms)
    .filter(([program]) => !onPath(program))
    .map(([, name]) => name);
  if (missing.length > 0) return `apt-get install ${missing.join(' ')}`;
  const cached = existsSync(cacheFolder) && readdirSync(cacheFolder).some((name) => name.startsWith('kernel-'));
  if (!cached && !(onPath('apt-get') && onPath('dpkg-deb'))) {
    return 'its kernel comes as a Debian package, and this computer has no apt-get and dpkg-deb';
  }
  return undefined;
}

function onPath(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(path.join(folder, program)));
}
