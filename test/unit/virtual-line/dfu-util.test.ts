import { readFile, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { arrival, createDfuLine, type DfuLine } from './dfu-line.ts';

const APPLICATION = { boron: 0xb4000, electron: 0x0808_0000 } as const;
let open: DfuLine | undefined;

afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function lineOf(...args: Parameters<typeof createDfuLine>): Promise<DfuLine> {
  open = await createDfuLine(...args);
  return open;
}

async function imageFile({ folder }: DfuLine, bytes: Uint8Array, name = 'image.bin'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** Bytes without a pattern that erased or shifted flash could imitate. */
function image(sizeBytes: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_value, index) => (index * 131 + (index >> 8)) & 0xff);
}

test.each(['boron', 'electron'] as const)(
  'what is written into a %s is in its flash, and comes back by an upload',
  async (name) => {
    const dfu = await lineOf([name]);
    const bytes = image(10_000);
    const address = `0x${APPLICATION[name].toString(16)}`;
    const written = await dfu.dfuUtil(
      '-d',
      ',2b04:*',
      '-p',
      '1-1',
      '-a',
      '0',
      '-s',
      address,
      '-D',
      await imageFile(dfu, bytes),
    );
    expect(written.stderr).toContain('Invalid DFU suffix signature');
    expect(written.exitCode).toBe(0);
    expect(dfu.units[0]?.readFlash(APPLICATION[name], bytes.length)).toEqual(bytes);
    const lines = written.stdout.split(/\r|\n/);
    expect(lines).toContain('Opening DFU capable USB device...');
    expect(lines).toContain('DFU state(2) = dfuIDLE, status(0) = No error condition is present');
    expect(lines).toContain(
      `Downloading element to address = 0x${APPLICATION[name].toString(16).padStart(8, '0')}, size = 10000`,
    );
    expect(lines).toContain('Erase   \t[=========================] 100%        10000 bytes');
    expect(lines).toContain('Download\t[=========================] 100%        10000 bytes');
    expect(lines.slice(-3)).toEqual(['Download done.', 'File downloaded successfully', '']);

    const back = join(dfu.folder, 'back.bin');
    const read = await dfu.dfuUtil('-p', '1-1', '-a', '0', '-s', `${address}:10000`, '-U', back);
    expect(read.exitCode).toBe(0);
    expect(new Uint8Array(await readFile(back))).toEqual(bytes);
    const again = await dfu.dfuUtil('-p', '1-1', '-a', '0', '-s', `${address}:10000`, '-U', back);
    expect([again.exitCode, again.stderr]).toEqual([
      73,
      `dfu-util: Cannot open file ${back} for writing: File exists\n`,
    ]);
  },
);

test.each([
  ['boron', true],
  ['electron', false],
] as const)('leave restarts a %s; the manifest line appears: %s', async (name, hasManifest) => {
  const dfu = await lineOf([name]);
  const unit = dfu.units[0];
  const address = APPLICATION[name];
  // Its own application again, so that it starts afterwards.
  const bytes = unit?.readFlash(address, 4096) ?? new Uint8Array(0);
  const back = arrival(dfu.line, '1-1', 'normal');
  const file = await imageFile(dfu, bytes);
  const written = await dfu.dfuUtil('-p', '1-1', '-a', '0', '-s', `0x${address.toString(16)}:leave`, '-D', file);
  expect(written.exitCode).toBe(0);
  expect(written.stdout).toContain('File downloaded successfully\nSubmitting leave request...\n');
  expect(written.stdout.endsWith('Transitioning to dfuMANIFEST state\n')).toBe(hasManifest);
  await back;
});

test('list names every alternate setting, the last one first', async () => {
  const dfu = await lineOf(['electron']);
  const listed = await dfu.dfuUtil('-l', '-d', ',2b04:d00a');
  const { deviceId } = dfu.units[0]?.identity ?? { deviceId: '' };
  const [unit] = await dfu.line.bus.list();
  const head = `Found DFU: [2b04:d00a] ver=0250, devnum=${unit?.address}, cfg=1, intf=0, path="1-1"`;
  expect(listed.stdout.split('\n').slice(7)).toEqual([
    `${head}, alt=1, name="@DCT Flash   /0x00000000/01*016Kg", serial="${deviceId}"`,
    `${head}, alt=0, name="@Internal Flash   /0x08000000/03*016Ka,01*016Kg,01*064Kg,07*128Kg", serial="${deviceId}"`,
    '',
  ]);
  expect(listed.exitCode).toBe(0);
});

test('IDs without a comma do not select among units in DFU mode; with a comma, a path or a serial they do', async () => {
  const dfu = await lineOf(['boron', 'electron']);
  const found = async (...args: string[]): Promise<string[]> => {
    const { stdout } = await dfu.dfuUtil('-l', '-a', '0', ...args);
    return [...stdout.matchAll(/path="([^"]+)"/g)].map(([, path]) => path ?? '').sort();
  };
  expect(await found('-d', '2b04:d00d')).toEqual(['1-1', '1-2']);
  expect(await found('-d', ',2b04:d00d')).toEqual(['1-1']);
  expect(await found('-d', '2b04:c00a,2b04:d00a')).toEqual(['1-2']);
  expect(await found('-p', '1-2')).toEqual(['1-2']);
  expect(await found('-S', dfu.units[1]?.identity.deviceId ?? '')).toEqual(['1-2']);
  expect(await found('-S', dfu.units[1]?.identity.deviceId.toUpperCase() ?? '')).toEqual([]);
});

test('two programs flash two units at the same time', async () => {
  const dfu = await lineOf(['boron', 'boron']);
  const images = [image(12_000), image(12_000).reverse()];
  const results = await Promise.all(
    images.map(async (bytes, index) => {
      const file = await imageFile(dfu, bytes, `${index}.bin`);
      return dfu.dfuUtil('-d', ',2b04:d00d', '-p', `1-${index + 1}`, '-a', '0', '-s', '0xb4000', '-D', file);
    }),
  );
  expect(results.map((result) => result.exitCode)).toEqual([0, 0]);
  expect(images.map((bytes, index) => dfu.units[index]?.readFlash(0xb4000, bytes.length))).toEqual(images);
});

test('a file that cannot be read is 66, misuse is 64, and neither needs a line', async () => {
  const dfu = await lineOf([]);
  expect((await dfu.dfuUtil('-a', '0', '-D', '/nonexistent')).exitCode).toBe(66);
  expect((await dfu.dfuUtil()).stderr).toMatch(/^You need to specify one of -D or -U\n/);
  expect((await dfu.dfuUtil()).exitCode).toBe(64);
  expect((await dfu.dfuUtil('-x')).stderr).toMatch(/^dfu-util: invalid option -- 'x'\n/);
  expect((await dfu.dfuUtil('--wait', '-l')).exitCode).toBe(64);
  expect((await dfu.dfuUtil('-l', 'foo')).stderr).toMatch(/^Error: Unexpected argument: foo\n/);
  const version = await dfu.dfuUtil('-V');
  expect([version.exitCode, version.stdout.split('\n', 1)]).toEqual([0, ['dfu-util 0.11']]);
});

test('a unit that is pulled out while it is written is an I/O failure at once', async () => {
  const dfu = await lineOf(['boron'], { faults: [{ name: 'unplug-at-byte', number: 8192 }] });
  const file = await imageFile(dfu, image(20_000));
  const cut = await dfu.dfuUtil('-p', '1-1', '-a', '0', '-s', '0xb4000', '-D', file);
  expect(cut.exitCode).toBe(74);
  expect(cut.stdout).not.toContain('File downloaded successfully');
});

test('SIGTERM ends it in the middle of a flash, and the second run after that succeeds at the latest', async () => {
  const dfu = await lineOf(['boron']);
  const bytes = image(100_000);
  const file = await imageFile(dfu, bytes);
  const args = ['-p', '1-1', '-a', '0', '-s', '0xb4000', '-D', file];
  const first = dfu.dfuUtil(...args);
  await new Promise<void>((resolve) => {
    first.stdout.on('data', (text: Buffer) => {
      if (/Erase.*[1-9]%/.test(text.toString())) resolve();
    });
  });
  first.kill('SIGTERM');
  expect((await first).signal).toBe('SIGTERM');
  // Killed between a DNLOAD and its GETSTATUS, the unit says dfuDNBUSY to the next run, which dfu-util does not expect: that run
  // leaves it in dfuERROR, and the one after clears that.
  const second = await dfu.dfuUtil(...args);
  const last = second.exitCode === 0 ? second : await dfu.dfuUtil(...args);
  expect(last.exitCode).toBe(0);
  expect(dfu.units[0]?.readFlash(0xb4000, bytes.length)).toEqual(bytes);
});

test('after the line is closed its socket is gone', async () => {
  const dfu = await createDfuLine([]);
  const path = dfu.line.dfuUtil.env.LINEWRIGHT_VIRTUAL_BUS ?? '';
  await dfu.close();
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => createConnection(path).once('error', resolve));
  expect(error.code).toBe('ENOENT');
  expect((await dfu.dfuUtil('-l')).exitCode).toBe(74);
});
