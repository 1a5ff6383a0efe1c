import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Kernel } from './kernel.ts';

/** What the guest needs from the kernel beyond what is built in (usb-lab.md 1). */
const wantedModules = [
  'virtio_pci',
  'virtio_console',
  '9pnet_virtio',
  '9p',
  'overlay',
  'virtio_blk',
  // ext4 asks for this one by its algorithm's name, which no dependency in the module files says.
  'crc32c_generic',
  'ext4',
  'usbcore',
  'vhci-hcd',
  'cdc-acm',
];

const busybox = ['/usr/bin/busybox', '/bin/busybox'].find((file) => existsSync(file)) ?? '/bin/busybox';

/**
 * Builds the initial ram disk into `cache`, once per content: a static busybox, the modules in dependency order and
 * the first script. Returns its path. Not compressed: unpacking costs more than reading under emulation.
 */
export async function prepareInitrd(cache: string, kernel: Kernel): Promise<string> {
  const modules = await modulesInOrder(kernel.modules, wantedModules);
  const files: ArchiveFile[] = [
    { name: 'init', mode: 0o100755, content: await readFile(path.join(import.meta.dirname, 'guest-init.sh')) },
    { name: 'bin', mode: 0o040755 },
    { name: 'bin/busybox', mode: 0o100755, content: await readFile(busybox) },
    { name: 'modules', mode: 0o040755 },
    { name: 'modules/order', mode: 0o100644, content: Buffer.from(`${modules.map(({ name }) => name).join('\n')}\n`) },
    ...modules.map(({ name, content }) => ({ name: `modules/${name}.ko`, mode: 0o100644, content })),
  ];
  const archive = cpioArchive(files);
  const digest = createHash('sha256').update(archive).digest('hex').slice(0, 16);
  const file = path.join(cache, `initrd-${kernel.version}-${digest}.cpio`);
  if (!existsSync(file)) {
    await writeFile(`${file}.${process.pid}`, archive);
    await rename(`${file}.${process.pid}`, file);
  }
  return file;
}

type KernelModule = { readonly name: string; readonly content: Buffer };

/** The wanted modules and all they depend on, each after what it depends on. A built-in one is left out. */
async function modulesInOrder(folder: string, wanted: readonly string[]): Promise<KernelModule[]> {
  const files = new Map<string, string>();
  for (const file of await readdir(folder, { recursive: true })) {
    if (file.endsWith('.ko')) files.set(spelled(path.basename(file, '.ko')), path.join(folder, file));
  }
  const builtin = new Set(
    (await readFile(path.join(folder, 'modules.builtin'), 'utf8'))
      .split('\n')
      .map((line) => spelled(path.basename(line, '.ko'))),
  );
  const placed = new Map<string, KernelModule>();
  const place = async (name: string): Promise<void> => {
    if (placed.has(name) || builtin.has(name)) return;
    const file = files.get(name);
    if (!file) throw new Error(`The kernel in ${folder} has no module ${name}; the guest cannot be built from it.`);
    const content = await readFile(file);
    for (const needed of dependencies(content)) await place(needed);
    placed.set(name, { name, content });
  };
  for (const name of wanted) await place(spelled(name));
  return [...placed.values()];
}

/** Module names are compared with underscores, whatever the file is called. */
const spelled = (name: string): string => name.replaceAll('-', '_');

/** The names in the `depends=` entry of a module's .modinfo section. */
function dependencies(module: Buffer): string[] {
  const key = Buffer.from('\0depends=');
  const start = module.indexOf(key);
  if (start === -1) return [];
  const text = module.subarray(start + key.length, module.indexOf(0, start + key.length)).toString('latin1');
  return text.split(',').filter(Boolean).map(spelled);
}

type ArchiveFile = { readonly name: string; readonly mode: number; readonly content?: Buffer };

/** A "newc" cpio archive: 110 characters of hexadecimal header, the name, the content, each padded to four bytes. */
function cpioArchive(files: readonly ArchiveFile[]): Buffer {
  const entries = [...files, { name: 'TRAILER!!!', mode: 0 }].map(
    ({ name, mode, content = Buffer.alloc(0) }, index) => {
      const nameBytes = Buffer.from(`${name}\0`);
      const fields = [index + 1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, nameBytes.length, 0];
      const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
      return Buffer.concat([padded(Buffer.concat([header, nameBytes])), padded(content)]);
    },
  );
  return Buffer.concat(entries);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
