import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readStationFile } from '../../../src-main/station/station-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'linewright-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const SETTINGS = {
  format: 1,
  name: 'line-1',
  cloud: { baseUrl: 'https://api.particle.io', token: { env: 'TOKEN' } },
  products: [1],
  recipe: 'recipe.json',
  slots: [{ name: '1', portPath: '1-2.1' }, { name: '2' }, { name: '3' }],
  data: 'data',
};

function read(more: object) {
  const file = join(folder, 'station.json');
  writeFileSync(file, JSON.stringify({ ...SETTINGS, ...more }));
  return readStationFile(file);
}

test('a slot may leave its port to be taught, and without a limit every slot flashes at once', async () => {
  expect(await read({})).toMatchObject({
    ok: true,
    value: { slots: [{ portPath: '1-2.1' }, { name: '2' }, { name: '3' }], flashLimit: {} },
  });
  expect(await read({ flashLimit: { perHub: 4 } })).toMatchObject({ value: { flashLimit: { perHub: 4 } } });
});

test.each([
  ['a limit of none', { flashLimit: { station: 0 } }, 'flashLimit'],
  ['half a flash', { flashLimit: { perHub: 1.5 } }, 'flashLimit'],
  ['a misspelt limit', { flashLimit: { hub: 2 } }, 'hub'],
  ['a port that is none', { slots: [{ name: '1', portPath: 'usb1' }] }, 'portPath'],
  [
    'one port for two slots',
    {
      slots: [
        { name: '1', portPath: '1-1' },
        { name: '2', portPath: '1-1' },
      ],
    },
    'two slots have the portPath 1-1',
  ],
  ['one name for two slots', { slots: [{ name: '1' }, { name: '1' }] }, 'two slots have the name 1'],
  ['names that a scanner cannot tell apart', { slots: [{ name: 'a' }, { name: 'A' }] }, 'two slots have the name a'],
])('%s is refused by name', async (_what, more, named) => {
  const answer = await read(more);
  expect(answer).toMatchObject({ ok: false, failure: { code: 'station/invalid-file' } });
  expect(answer.ok ? '' : answer.failure.detail).toContain(named);
});
