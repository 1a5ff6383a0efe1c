import { getEventListeners } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createUnitClock } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { createDfuLine, type DfuLine } from './dfu-line.ts';

let dfu: DfuLine;
afterEach(() => dfu.close());

/** Runs the line's flash tool in this process, as a program is run. */
async function run(args: readonly string[], signal = new AbortController().signal, onText?: (text: string) => void) {
  const texts = { out: '', err: '' };
  const ended = await dfu.line.runDfuUtil(args, {
    signal,
    onText: (channel, text) => {
      texts[channel] += text;
      onText?.(text);
    },
  });
  return { ...ended, ...texts };
}

function fileOf(bytes: Uint8Array): string {
  const file = join(dfu.folder, 'app.bin');
  writeFileSync(file, bytes);
  return file;
}

const BYTES = Uint8Array.from({ length: 20_000 }, (_, at) => at % 251);
const INTO_BORON = ['-d', ',2b04:d00d', '-p', '1-1', '-a', '0', '-s', '0xb4000', '-D'];

describe('the flash tool inside this process', () => {
  it('writes what the program of its own writes, and prints the same', async () => {
    dfu = await createDfuLine(['boron']);
    const args = [...INTO_BORON, fileOf(BYTES)];
    const inside = await run(args);
    expect(inside.exitCode).toBe(0);
    expect(dfu.units[0]?.readFlash(0xb4000, BYTES.length)).toEqual(BYTES);
    const outside = await dfu.dfuUtil(...args);
    // Bars are drawn again by the clock, so only what stands in the end is compared.
    expect(lastLines(inside.out)).toEqual(lastLines(outside.stdout));
    expect(inside.err).toBe(outside.stderr);
  });

  it('keeps nothing of a unit that it is done with: a line builds thousands', async () => {
    dfu = await createDfuLine(['boron']);
    const { signal } = new AbortController();
    await run([...INTO_BORON, fileOf(BYTES)], signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends on abort in the middle of a write, and the next run has the unit at once', async () => {
    dfu = await createDfuLine(['boron'], { clock: createUnitClock({ speed: 20 }) });
    const args = [...INTO_BORON, fileOf(BYTES)];
    const abort = new AbortController();
    const ended = await run(args, abort.signal, (text) => {
      if (text.includes('Download\t[=')) abort.abort();
    });
    expect(ended.exitCode).toBeUndefined();
    expect(ended.out).not.toContain('File downloaded successfully');
    const second = await run(args);
    const last = second.exitCode === 0 ? second : await run(args);
    expect(last.exitCode).toBe(0);
    expect(dfu.units[0]?.readFlash(0xb4000, BYTES.length)).toEqual(BYTES);
  });

  it('does not begin when it is aborted already', async () => {
    dfu = await createDfuLine(['boron']);
    const before = dfu.units[0]?.readFlash(0xb4000, BYTES.length);
    expect(await run([...INTO_BORON, fileOf(BYTES)], AbortSignal.abort())).toEqual({
      exitCode: undefined,
      out: '',
      err: '',
    });
    expect(dfu.units[0]?.readFlash(0xb4000, BYTES.length)).toEqual(before);
  });

  it('has each unit for itself, and several units at once', async () => {
    dfu = await createDfuLine(['boron', 'boron']);
    const file = fileOf(BYTES);
    const args = (port: string) => ['-d', ',2b04:d00d', '-p', port, '-a', '0', '-s', '0xb4000', '-D', file];
    const ended = await Promise.all([run(args('1-1')), run(args('1-1')), run(args('1-2'))]);
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 74, 0]);
    expect(ended[1]?.err).toContain('LIBUSB_ERROR_BUSY');
  });

  it('ends with an I/O error when the unit is pulled out', async () => {
    dfu = await createDfuLine(['boron'], { clock: createUnitClock({ speed: 20 }) });
    const ended = await run([...INTO_BORON, fileOf(BYTES)], undefined, (text) => {
      if (text.includes('Download\t[=')) dfu.line.unplug('slot 1');
    });
    expect(ended.exitCode).toBe(74);
  });
});

function lastLines(text: string): readonly string[] {
  return text.split('\n').map((line) => line.split('\r').at(-1) ?? '');
}
