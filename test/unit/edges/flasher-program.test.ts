import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createDfuUtilFlasher } from '../../../src-main/adapters/usb/flasher.dfu-util.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import type { FlashProgress } from '../../../src-main/ports/flasher.ts';
import type { UsbBus, UsbUnit } from '../../../src-main/ports/usb-bus.ts';

const PROGRAM = join(import.meta.dirname, 'programs/scripted-dfu-util.ts');
const BAR = '\rErase   \t[                         ]   0%            0 bytes';
const SUCCESS = 'Download done.\nFile downloaded successfully\n';
const unit: UsbUnit = {
  portPath: '1-1.3',
  mode: 'dfu',
  platform: platformByName('boron'),
  vendorId: 0x2b04,
  productId: 0xd00d,
  usbSerial: 'E00FCE680000000000000001',
  product: 'Boron DFU Mode',
  address: 7,
};
const job = { unit, alt: 0, address: 0xb4000, bytes: Uint8Array.of(1, 2, 3, 4), leave: false };
const calm = { signal: new AbortController().signal, stallMs: 20_000 };

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flasher-program-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('the flasher around dfu-util', () => {
  it('names the unit by mode, port path and serial, and the place by alternate and address', async () => {
    await flasher({ out: SUCCESS }).write({ ...job, leave: true }, calm);
    const { args } = await reported();
    expect(args.slice(0, -1)).toEqual(
      '-d ,2b04:d00d -p 1-1.3 -S E00FCE680000000000000001 -a 0 -s 0x000b4000:leave -D'.split(' '),
    );
    await expect(readdir(join(args.at(-1) ?? '', '..'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('goes by the port path alone where the bootloader tells no serial', async () => {
    await flasher({ out: SUCCESS }).write({ ...job, unit: { ...unit, usbSerial: '' } }, calm);
    expect((await reported()).args).not.toContain('-S');
  });

  it('does not hand a serial to the tool that is not plain text', async () => {
    const attempt = flasher({ out: SUCCESS }).write({ ...job, unit: { ...unit, usbSerial: 'a,b' } }, calm);
    await expect(attempt).rejects.toMatchObject({ code: 'unit/garbled-answer' });
    await expect(reported()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([true, false])(
    'never looks for a unit it can tell from no other, though there may be only one (%s)',
    async (isEmpty) => {
      const usbSerial = isEmpty ? '' : '00000000010C';
      const one = flasher({ out: SUCCESS }, { selectByPath: false });
      await expect(one.write({ ...job, unit: { ...unit, usbSerial } }, calm)).rejects.toMatchObject({
        code: 'flash/tool-failed',
        message: expect.stringContaining('no port path'),
      });
      await expect(reported()).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );

  it('keeps the environment of the station to itself, but for what a program needs to run', async () => {
    vi.stubEnv('LINE_CLOUD_TOKEN', 'planted-token-0123456789');
    vi.stubEnv('LD_LIBRARY_PATH', '/opt/dfu/lib');
    onTestFinished(() => void vi.unstubAllEnvs());
    await flasher({ out: SUCCESS }).write(job, calm);
    const { env } = await reported();
    expect(JSON.stringify(env)).not.toContain('planted-token-0123456789');
    expect(env).toMatchObject({ PATH: process.env.PATH, LD_LIBRARY_PATH: '/opt/dfu/lib', LC_ALL: 'C' });
  });

  it('reads bars that are drawn over each other, and keeps their last state in the transcript', async () => {
    const seen: FlashProgress[] = [];
    const bar = (name: string, percent: number, bytes: number): string =>
      `\r${name}\t[${'='.repeat(percent / 4).padEnd(25)}] ${String(percent).padStart(3)}% ${String(bytes).padStart(12)} bytes`;
    const out = `dfu-util 0.11\n${bar('Erase   ', 0, 0)}${bar('Erase   ', 100, 4)}\nErase    done.\n${bar('Download', 0, 0)}${bar('Download', 48, 2)}${bar('Download', 100, 4)}\n${SUCCESS}`;
    const report = await flasher({ out }).write(job, { ...calm, onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ phase, doneBytes }) => `${phase} ${doneBytes}`)).toEqual([
      'erase 0',
      'erase 4',
      'write 0',
      'write 2',
      'write 4',
    ]);
    expect(report.transcript).toEqual([
      'dfu-util 0.11',
      `Erase   \t[${'='.repeat(25)}] 100%            4 bytes`,
      'Erase    done.',
      `Download\t[${'='.repeat(25)}] 100%            4 bytes`,
      'Download done.',
      'File downloaded successfully',
    ]);
    expect(report.exitCode).toBe(0);
  });

  it('takes away what a station that was killed left behind long ago, and nothing of one that may still run', async () => {
    vi.stubEnv('TMPDIR', folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const name of ['linewright-flash-old001', 'linewright-flash-new001', 'else']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'linewright-flash-old001', 'download.bin'), 'firmware');
    const longAgo = new Date(Date.now() - 25 * 3_600_000);
    for (const name of ['linewright-flash-old001', 'else']) await utimes(join(folder, name), longAgo, longAgo);
    await flasher({ out: SUCCESS }).write(job, calm);
    expect(await readdir(folder)).toEqual(['else', 'linewright-flash-new001', 'report.json']);
  });

  it('does not take exit 0 for success without the line that says so', async () => {
    await expect(flasher({ out: 'Download done.\n' }).write(job, calm)).rejects.toMatchObject({
      code: 'flash/tool-failed',
    });
  });

  it('keeps the transcript of a failure as evidence, without the warning that always comes', async () => {
    const script = {
      exit: 64,
      err: 'dfu-util: Warning: Invalid DFU suffix signature\ndfu-util: Page at 0x000b4000 is not writeable\n',
    };
    await expect(flasher(script).write(job, calm)).rejects.toMatchObject({
      code: 'unit/protected',
      message: 'dfu-util on 1-1.3 failed (exit 64): dfu-util: Page at 0x000b4000 is not writeable',
      evidence: { exitCode: 64, transcript: expect.arrayContaining([expect.stringContaining('not writeable')]) },
    });
  });

  it('says that the tool is missing when it cannot be started, and when it is something else', async () => {
    const missing = createDfuUtilFlasher({ command: join(folder, 'no-such-program'), bus });
    await expect(missing.version()).rejects.toMatchObject({ code: 'flash/tool-missing' });
    await expect(missing.write(job, calm)).rejects.toMatchObject({ code: 'flash/tool-missing' });
    await expect(flasher({ out: 'hello\n' }).version()).rejects.toMatchObject({ code: 'flash/tool-missing' });
    expect(await flasher({ out: 'dfu-util 0.11\n\nCopyright\n' }).version()).toBe('dfu-util 0.11');
  });

  it('gives up on a tool that prints nothing new, and leaves no process though it does not want to end', async () => {
    const out = '\rErase   \t[                         ]   0%            0 bytes';
    const attempt = flasher({ out, hang: true, stubborn: true }).write(job, { ...calm, stallMs: 1500 });
    await expect(attempt).rejects.toMatchObject({ code: 'flash/stalled' });
    expect(isAlive((await reported()).pid)).toBe(false);
  });

  it('leaves no process behind an abort', async () => {
    const abort = new AbortController();
    const started = Promise.withResolvers<void>();
    const out = '\rErase   \t[                         ]   0%            0 bytes';
    const attempt = flasher({ out, hang: true }).write(job, {
      signal: abort.signal,
      stallMs: 20_000,
      onProgress: () => started.resolve(),
    });
    await started.promise;
    abort.abort();
    await expect(attempt).rejects.toMatchObject({ code: 'run/aborted' });
    expect(isAlive((await reported()).pid)).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('ends the tool behind a wrapper script too', async () => {
    const abort = new AbortController();
    const started = Promise.withResolvers<void>();
    const env = { SCRIPT: JSON.stringify({ report: join(folder, 'report.json'), out: `${BAR}\n`, hang: true }) };
    const args = ['-c', `"${process.execPath}" "${PROGRAM}" "$@"; exit $?`, 'wrapper'];
    const wrapped = createDfuUtilFlasher({ command: '/bin/sh', args, env, bus, selectByPath: true });
    const attempt = wrapped.write(job, { signal: abort.signal, stallMs: 20_000, onProgress: () => started.resolve() });
    await started.promise;
    abort.abort();
    // It settles only when nobody holds the pipes any more, which the tool behind the script would.
    await expect(attempt).rejects.toMatchObject({ code: 'run/aborted' });
  });

  it('does not start the tool for a job that is already aborted', async () => {
    const attempt = flasher({ out: SUCCESS }).write(job, { ...calm, signal: AbortSignal.abort() });
    await expect(attempt).rejects.toMatchObject({ code: 'run/aborted' });
    await expect(reported()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('runs one tool per port at a time', async () => {
    const abort = new AbortController();
    const one = flasher({ hang: true });
    const first = one.write(job, { ...calm, signal: abort.signal });
    await expect(one.write(job, calm)).rejects.toMatchObject({ code: 'run/bug' });
    abort.abort();
    await expect(first).rejects.toMatchObject({ code: 'run/aborted' });
  });
});

/** A bus on which the unit always is. */
const bus = { list: async () => [unit] } as unknown as UsbBus;

function flasher(script: Record<string, unknown>, { selectByPath = true } = {}) {
  const env = { SCRIPT: JSON.stringify({ report: join(folder, 'report.json'), ...script }) };
  return createDfuUtilFlasher({ command: process.execPath, args: [PROGRAM], env, bus, selectByPath });
}

async function reported(): Promise<{ pid: number; args: string[]; env: Record<string, string> }> {
  return JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
