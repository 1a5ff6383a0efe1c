import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readStationFile } from '../../../src-main/station/station-file.ts';

async function read(more: object) {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-policy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'station.json');
  const cloud = { baseUrl: 'https://api.particle.io', token: { env: 'TOKEN' } };
  const settings = {
    format: 1,
    name: 'line-1',
    cloud,
    products: [1],
    recipe: 'r.json',
    slots: [{ name: '1' }],
    data: 'd',
  };
  writeFileSync(file, JSON.stringify({ ...settings, ...more }));
  return readStationFile(file);
}

it('a station file that does not speak of the identity book has it advise', async () => {
  expect(await read({})).toMatchObject({ ok: true, value: { identity: 'advisory' } });
});

it.each(['off', 'advisory', 'required'])('a station file may have the identity book %s', async (identity) => {
  expect(await read({ identity })).toMatchObject({ ok: true, value: { identity } });
});

it('a policy that does not exist is refused by name', async () => {
  const answer = await read({ identity: 'strict' });
  expect(answer).toMatchObject({ ok: false, failure: { code: 'station/invalid-file' } });
  expect(answer.ok ? '' : answer.failure.detail).toContain('identity');
});
