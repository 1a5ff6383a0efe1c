import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A Debian kernel, unpacked but not installed. */
export type Kernel = {
  /** `6.1.0-56-amd64`. */
  readonly version: string;
  /** The uncompressed kernel where it could be had (QEMU starts it directly), else the compressed one. */
  readonly image: string;
  /** The folder of .ko files. */
  readonly modules: string;
};

/**
 * The newest kernel of the computer's own Debian, downloaded once with apt into `cache` and unpacked there (usb-lab.md
 * 1; the plain kernel, the `cloud` one has no vhci-hcd). Without apt, or without a network on the first run, it throws
 * a sentence.
 */
export async function prepareKernel(cache: string): Promise<Kernel> {
  const ready = await unpackedKernel(cache);
  if (ready) return ready;
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(path.join(cache, 'unpacking-'));
  try {
    const name = await newestPackage();
    await run('apt-get', ['download', name], { cwd: folder, timeout: 300_000 }).catch((error: Error) => {
      throw new Error(`apt-get could not download ${name} (${lastLine(error.message)}); it needs the network once.`);
    });
    const [deb] = await readdir(folder);
    if (!deb) throw new Error(`apt-get downloaded nothing for ${name}.`);
    const tree = path.join(folder, 'tree');
    await run('dpkg-deb', ['-x', path.join(folder, deb), tree]);
    const version = name.replace('linux-image-', '');
    const kept = path.join(folder, 'kept');
    await keepModules(path.join(tree, 'lib', 'modules', version), path.join(kept, 'modules'));
    const vmlinuz = path.join(tree, 'boot', `vmlinuz-${version}`);
    const image = await uncompressedKernel(vmlinuz);
    if (image) await writeFile(path.join(kept, 'vmlinux'), image);
    await rename(vmlinuz, path.join(kept, 'vmlinuz'));
    await rename(kept, path.join(cache, `kernel-${version}`));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const kernel = await unpackedKernel(cache);
  if (!kernel) throw new Error('The kernel package did not hold what was expected.');
  return kernel;
}

async function unpackedKernel(cache: string): Promise<Kernel | undefined> {
  const names = existsSync(cache) ? await readdir(cache) : [];
  const name = names.filter((entry) => entry.startsWith('kernel-')).sort()[0];
  if (!name) return undefined;
  const folder = path.join(cache, name);
  const image = ['vmlinux', 'vmlinuz'].map((file) => path.join(folder, file)).find((file) => existsSync(file));
  if (!image) return undefined;
  return { version: name.slice('kernel-'.length), image, modules: path.join(folder, 'modules') };
}

/** Where the modules of this laboratory live in the kernel's tree; the rest is some 350 MB. */
const keptPlaces = [
  'modules.builtin',
  ...['crypto', 'drivers/block', 'drivers/char', 'drivers/usb', 'drivers/virtio', 'fs', 'lib', 'net/9p'].map(
    (place) => `kernel/${place}`,
  ),
];

async function keepModules(from: string, to: string): Promise<void> {
  for (const place of keptPlaces) {
    const source = path.join(from, place);
    if (!existsSync(source)) continue;
    await mkdir(path.dirname(path.join(to, place)), { recursive: true });
    await rename(source, path.join(to, place));
  }
}

/** `linux-image-amd64` names the present kernel by depending on it. */
async function newestPackage(): Promise<string> {
  const ask = async () => {
    const { stdout } = await run('apt-cache', ['depends', 'linux-image-amd64']).catch(() => ({ stdout: '' }));
    return /Depends: (linux-image-\d\S+-amd64)/.exec(stdout)?.[1];
  };
  const known = await ask();
  if (known) return known;
  // A fresh container has no package lists; only root may fetch them.
  await run('apt-get', ['update'], { timeout: 300_000 }).catch(() => undefined);
  const found = await ask();
  if (!found) throw new Error('apt knows no linux-image-amd64 here (run apt-get update, or this is not Debian).');
  return found;
}

/** The packings a kernel may use, by their first bytes, with the program that undoes each. */
const packings = [
  { magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), program: 'xz' },
  { magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), program: 'zstd' },
  { magic: Buffer.from([0x1f, 0x8b, 0x08]), program: 'gzip' },
];

/**
 * The ELF image inside a bzImage. The boot header says where the packed image is (Documentation/x86/boot.rst:
 * setup_sects at 0x1f1, payload_offset at 0x248, payload_length at 0x24c). Undefined when no program here unpacks it.
 */
async function uncompressedKernel(vmlinuz: string): Promise<Buffer | undefined> {
  const file = await readFile(vmlinuz);
  const start = (file.readUInt8(0x1f1) + 1) * 512 + file.readUInt32LE(0x248);
  const packed = file.subarray(start, start + file.readUInt32LE(0x24c));
  const packing = packings.find(({ magic }) => packed.subarray(0, magic.length).equals(magic));
  if (!packing) return undefined;
  return new Promise((resolve) => {
    const options = { encoding: 'buffer', maxBuffer: 256 << 20 } as const;
    // The packed image is followed by its length, which every unpacker calls trailing garbage: judge by the result.
    const child = execFile(packing.program, ['-dc'], options, (_error, stdout) => {
      resolve(stdout.subarray(0, 4).toString('latin1') === '\u007fELF' ? stdout : undefined);
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(packed);
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? text;
}
