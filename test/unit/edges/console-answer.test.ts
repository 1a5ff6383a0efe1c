import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectAnswer } from '../../../src-main/adapters/usb/console-answer.ts';
import { isIdentityComplete, isModulesComplete, readModules } from '../../../src-main/protocol/console-text.ts';

const SECRET = 'ABCDEFGHIJ12345';
const ANSWER = [
  'Device ID: e00fce68aabbccddeeff0011',
  `Device Secret: ${SECRET}`,
  'Serial Number: B40HABCDE12345X',
  'IMEI: 352753090123456',
  'ICCID: 89014103271234567890',
  '',
].join('\r\n');

describe('an answer of the console', () => {
  it('is the same however it was split into chunks, and never has the secret in it', async () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: ANSWER.length - 1 }));
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const shown: string[] = [];
        const answer = await collect(split(ANSWER, places), (lines) => {
          shown.push(...lines);
          return isIdentityComplete(lines);
        });
        expect(answer).toEqual({
          lines: [
            'Device ID: e00fce68aabbccddeeff0011',
            'Serial Number: B40HABCDE12345X',
            'IMEI: 352753090123456',
            'ICCID: 89014103271234567890',
          ],
          complete: true,
          garbled: false,
        });
        expect(shown.join()).not.toContain(SECRET);
      }),
    );
  });

  it('ends with the unfinished line when it is cut off, but never with an unfinished secret', async () => {
    expect(await collect(['Device ID: e00f', 'ce68'])).toMatchObject({
      lines: ['Device ID: e00fce68'],
      complete: false,
    });
    for (let end = ANSWER.indexOf('Device Secret'); end < ANSWER.indexOf('Serial'); end += 1) {
      const { lines } = await collect([ANSWER.slice(0, end)]);
      expect(lines.join()).not.toMatch(/ABC/);
    }
  });

  it('does not show the secret when noise has destroyed its label', async () => {
    const { lines, garbled } = await collect([
      `Device Se\u0000ret: ${SECRET}\r\nDev\u0080ce S\u0080cret: ${SECRET}\r\n`,
    ]);
    expect(garbled).toBe(true);
    expect(lines.join()).not.toContain(SECRET);
  });

  it.each(['Devibe Sekret', 'cret', ''])(
    'does not show the secret when printable noise or a late start left of its label "%s"',
    async (label) => {
      const { lines } = await collect([
        `${label}: ${SECRET}\r\nSerial Number: B40HABCDE12345X\r\nIMEI: 352753090123456\r\n`,
      ]);
      expect(lines).toEqual(['Serial Number: B40HABCDE12345X', 'IMEI: 352753090123456']);
    },
  );

  it('drops the texts of a module list that are neither modules nor modem, whole or cut off, because old firmware puts the secret there', async () => {
    const list = `{"p":13,"ms":"${SECRET}","imei":"352753090123456","m":[{"f":"u","n":"1","v":7,"vc":30,"vv":30}]}`;
    const { lines } = await collect([`${list}\r\n`]);
    expect(readModules(lines)).toMatchObject({ platformId: 13, imei: '352753090123456', modules: [{ version: 7 }] });
    expect(lines.join()).not.toContain(SECRET);
    for (let end = 0; end < list.length; end += 1) {
      expect((await collect([list.slice(0, end)])).lines.join()).not.toContain('ABC');
    }
    expect((await collect([`${list.replace('ms', 'm\u0000')}\r\n`])).lines.join()).not.toContain(SECRET);
  });

  it('shows noise as noise', async () => {
    expect(await collect(['IM\u0007EI: 35\u00ff\n'])).toEqual({
      lines: ['IM\uFFFDEI: 35\uFFFD'],
      complete: false,
      garbled: true,
    });
  });

  it.each(['{}', 'log'])(
    'ends by itself after more lines than any answer has, each looked at a bounded number of times (%s)',
    async (line) => {
      const from = new PassThrough();
      let looks = 0;
      const growing = collectAnswer(from, (lines) => {
        looks += lines.length;
        return isModulesComplete(lines);
      });
      from.write(`${line}\n`.repeat(16_000));
      await growing.whole;
      expect(await growing.end()).toMatchObject({ complete: false, garbled: false });
      expect(looks).toBeLessThan(1_000_000);
    },
  );

  it('ends by itself when it is longer than any answer', async () => {
    const from = new PassThrough();
    const growing = collectAnswer(from, () => false);
    for (let index = 0; index < 70; index += 1) from.write('x'.repeat(1024));
    await growing.whole;
    const answer = await growing.end();
    expect(answer.complete).toBe(false);
    expect(answer.lines.join('\n').length).toBeLessThanOrEqual(65_536);
  });
});

async function collect(chunks: readonly string[], isComplete: (lines: readonly string[]) => boolean = () => false) {
  const from = new PassThrough();
  const growing = collectAnswer(from, isComplete);
  for (const chunk of chunks) from.write(chunk, 'latin1');
  await new Promise(setImmediate);
  return await growing.end();
}

function split(text: string, places: readonly number[]): readonly string[] {
  const cuts = [0, ...[...places].sort((one, other) => one - other), text.length];
  return cuts.slice(1).map((end, index) => text.slice(cuts[index], end));
}
