import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLearntPorts } from '../../../src-main/station/learnt-ports.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'linewright-ports-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('what is written is read again by the next station, and nothing is left beside it', () => {
  const ports = new Map([
    ['1', '1-1.4.2'],
    ['B 2', '3-7'],
  ]);
  openLearntPorts(folder).write(new Map([['1', '1-1']]));
  openLearntPorts(folder).write(ports);
  expect(openLearntPorts(folder).read()).toEqual({ ok: true, value: ports });
  expect(readdirSync(folder)).toEqual(['slots.json']);
});

test('nothing was learnt where there is no file', () => {
  expect(openLearntPorts(folder).read()).toEqual({ ok: true, value: new Map() });
});

test.each([
  ['is torn', '{"format":1,"slo'],
  ['is empty', ''],
  ['is of a later format', '{"format":2,"slots":{}}'],
  ['names a port that is none', '{"format":1,"slots":{"1":"../../etc"}}'],
  ['gives one port to two slots', '{"format":1,"slots":{"1":"1-1","2":"1-1"}}'],
  ['is far too large', `{"format":1,"slots":{},"x":"${'x'.repeat(100_000)}"}`],
])('a file that %s is refused in words', (_what, text) => {
  writeFileSync(join(folder, 'slots.json'), text);
  expect(openLearntPorts(folder).read()).toMatchObject({
    ok: false,
    failure: { code: 'station/invalid-file', detail: expect.stringContaining('Teach the slots again') },
  });
});

test('a folder that cannot be written is an error with the file in it', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => openLearntPorts(join(folder, 'file')).write(new Map())).toThrow(/cannot be kept in .*slots\.json/);
});
