import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, it } from 'vitest';
import { openAuditLog } from '../../../src-main/adapters/audit/audit-log.sqlite.ts';

const data = mkdtempSync(join(tmpdir(), 'linewright-slots-'));
afterAll(() => rmSync(data, { recursive: true }));

const LINE = ['--virtual', 'boron,boron,boron', '--hub-ports', '2', '--data', data, '--json'];
const FAST = ['--speed', '50', '--scale', '0.02'];

async function slots(...args: string[]) {
  const ended = await execa(process.execPath, ['src-main/cli/linewright.ts', 'slots', ...args], { reject: false });
  const lines = ended.stdout.split('\n').filter((line) => line !== '');
  return { exit: ended.exitCode, err: ended.stderr, results: lines.map((line) => JSON.parse(line)) };
}

it('lists slots by their ports, teaches them, knows them afterwards, and forgets one', async () => {
  const before = await slots('list', ...LINE);
  expect(before.results).toMatchObject([
    { slot: '1', portPath: '1-1.1', from: 'station-file', health: { verdict: 'unknown', runs: 0 } },
    { slot: '2', portPath: '1-1.2' },
    { slot: '3', portPath: '1-2.1' },
  ]);
  const taught = await slots('learn', ...LINE, ...FAST);
  expect(taught).toMatchObject({ exit: 0, results: [{ state: 'learnt' }, { state: 'learnt' }, { state: 'learnt' }] });
  expect(await slots('forget', '2', ...LINE)).toMatchObject({ exit: 0 });
  const after = await slots('list', ...LINE);
  expect(after.results.map(({ from }) => from)).toEqual(['learnt', 'station-file', 'learnt']);
  expect(JSON.parse(readFileSync(join(data, 'slots.virtual.json'), 'utf8')).slots).toEqual({ 1: '1-1.1', 3: '1-2.1' });
});

it('lists beside a running station, and does not forget under its feet', async () => {
  const audit = openAuditLog(data);
  try {
    expect(await slots('list', ...LINE)).toMatchObject({ exit: 0 });
    const forgetting = await slots('forget', ...LINE);
    expect(forgetting).toMatchObject({ exit: 1, results: [{ failure: { code: 'station/data-in-use' } }] });
  } finally {
    audit.close();
  }
});

it('says which slots of a station file are still to be taught', async () => {
  const file = join(data, 'station.json');
  const settings = {
    format: 1,
    name: 'line-1',
    cloud: { baseUrl: 'https://api.particle.io', token: { env: 'TOKEN' } },
    products: [1],
    recipe: 'recipe.json',
    slots: [{ name: 'A', portPath: '1-9' }, { name: 'B' }],
    data: 'line',
  };
  writeFileSync(file, JSON.stringify(settings));
  expect((await slots('list', '--station', file, '--json')).results).toMatchObject([
    { slot: 'A', portPath: '1-9', from: 'station-file' },
    { slot: 'B', portPath: null, from: 'nowhere' },
  ]);
});

it('is misuse without a line', async () => {
  expect(await slots('list', '--json')).toMatchObject({ exit: 2, results: [{ failure: { code: 'request/invalid' } }] });
});
