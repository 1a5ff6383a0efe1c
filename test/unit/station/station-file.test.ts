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

test('a station has its share of requests and goes the way the environment says, if the file says nothing else', async () => {
  expect(await read({})).toMatchObject({ value: { requestsPer5Min: 2_000, network: {} } });
  const network = { proxy: 'http://proxy.plant:3128', proxyCredentials: { file: 'proxy' }, caFile: 'plant.pem' };
  const cloud = { ...SETTINGS.cloud, requestsPer5Min: 500 };
  expect(await read({ network, cloud })).toMatchObject({
    value: {
      requestsPer5Min: 500,
      network: {
        proxy: 'http://proxy.plant:3128',
        proxyCredentials: { file: join(folder, 'proxy') },
        caFile: join(folder, 'plant.pem'),
      },
    },
  });
});

test.each([
  ['a proxy with a password in it', { network: { proxy: 'http://user:secret@proxy.plant:3128' } }, 'network.proxy'],
  ['a proxy of another kind', { network: { proxy: 'socks://proxy.plant' } }, 'network.proxy'],
  ['credentials for no proxy', { network: { proxyCredentials: { env: 'PROXY' } } }, 'proxyCredentials without a proxy'],
  ['a share of nothing', { cloud: { ...SETTINGS.cloud, requestsPer5Min: 0 } }, 'requestsPer5Min'],
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
  expect(JSON.stringify(answer)).not.toContain('secret');
});
