import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDfuUtil } from '../../../src-main/virtual/line/dfu-util/run-dfu-util.ts';
import { createDfuLine, type DfuLine, reenumeration } from './dfu-line.ts';
import { runCases, type Transcript } from './dfu-util-cases.ts';

// What the real dfu-util 0.11 did with the same units on a Linux kernel (record-real-dfu-util.ts, in the virtual machine).
const recording = new URL('recorded-dfu-util-0.11.json', import.meta.url);
const recorded = JSON.parse(await readFile(recording, 'utf8')) as Record<string, Transcript>;
let dfu: DfuLine;
let own: Record<string, Transcript>;

beforeAll(async () => {
  dfu = await createDfuLine(['boron', 'electron']);
  const [boron, electron] = dfu.units;
  if (boron === undefined || electron === undefined) throw new Error('two units are needed');
  own = await runCases([boron, electron], dfu.folder, async (args) => {
    const printed = { out: '', err: '' };
    // A detached boron drops off the bus and comes back; the real program takes longer to start than that.
    const isBack = args.includes('-e') ? reenumeration(dfu.line, '1-1') : undefined;
    const code = await runDfuUtil(args, dfu.line.dfuUtil.env, {
      out: (text) => {
        printed.out += text;
      },
      err: (text) => {
        printed.err += text;
      },
    });
    await isBack;
    return { code, stdout: printed.out, stderr: printed.err };
  });
});
afterAll(() => dfu.close());

test.each(Object.keys(recorded))('as dfu-util 0.11 did: %s', (name) => {
  expect(own[name]).toEqual(recorded[name]);
});

test('every case was recorded', () => {
  expect(Object.keys(own)).toEqual(Object.keys(recorded));
});
