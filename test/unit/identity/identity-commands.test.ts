import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSimImports } from '../../../src-main/adapters/identity/sim-imports.sqlite.ts';
import { addIdentityCommands } from '../../../src-main/cli/identity-commands.ts';
import { EXIT, type Output } from '../../../src-main/cli/output.ts';
import type { JsonObject } from '../../../src-main/domain/json.ts';
import { claimOf } from '../../../src-main/domain/sim-claim.ts';
import { deviceLife } from '../../../src-main/virtual/cloud/device-life.ts';
import { D1, D2, D3, I7, PRODUCT, startCloudBench } from '../cloud/cloud-bench.ts';

/** One command line through the real parser and the real commands, in this process. */
async function linewright(data: string, ...args: readonly string[]) {
  let exit: number = EXIT.misuse;
  const answers: JsonObject[] = [];
  const output: Output = {
    json: true,
    result: (value) => answers.push(value),
    failed: (failure) => {
      answers.push({ ok: false, failure: { code: failure.code, detail: failure.detail } });
      return EXIT.bad;
    },
  };
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addIdentityCommands(program, {
    shared: (command) => command.exitOverride().option('--json').option('--data <folder>', '', data),
    run: async (_options, work) => {
      exit = await work(output);
    },
  });
  await program.parseAsync(args, { from: 'user' }).catch((thrown) => {
    if (!(thrown instanceof CommanderError)) throw thrown;
  });
  const said = JSON.parse(JSON.stringify(answers)) as Record<string, unknown>[];
  return { exit, said, last: said.at(-1) ?? {} };
}

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function file(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** A station file of this cloud, with its token in a file. */
function stationFile(folder: string, virtual: { readonly baseUrl: string; readonly token: string }): string {
  file(folder, 'token', virtual.token);
  return file(
    folder,
    'station.json',
    JSON.stringify({
      format: 1,
      name: 'line-1',
      cloud: { baseUrl: virtual.baseUrl, token: { file: 'token' } },
      products: [PRODUCT],
      recipe: 'recipe.json',
      slots: [{ name: '1' }],
      data: 'data',
    }),
  );
}

describe('identity', () => {
  it('import tells of every line, and look finds the unit by any of its identifiers', async () => {
    const data = freshFolder();
    const list = file(
      data,
      'tray.csv',
      `serial,device id\nP046AF1450000FC,${D1}\nP046AF1450000FD,\nP046AF1450000FE,WAT\n`,
    );
    const preview = await linewright(data, 'identity', 'import', list, '--preview');
    expect(preview).toMatchObject({ exit: 0, last: { preview: true, lines: { usable: 2, unusable: 1, header: 1 } } });
    expect(existsSync(join(data, 'identity.sqlite'))).toBe(false);
    const done = await linewright(data, 'identity', 'import', list);
    expect(done).toMatchObject({ exit: 0, last: { unusable: [{ line: 4 }], book: { added: 2, contradictions: [] } } });
    const found = await linewright(data, 'identity', 'look', `P046AF1450000FC ABCDEFGHJKLMNPQ`);
    expect(found).toMatchObject({
      exit: 0,
      last: { identifiers: { deviceId: D1 }, sources: [{ name: 'tray.csv', line: 2 }] },
    });
    expect(JSON.stringify(found.said)).not.toContain('ABCDEFGHJKLMNPQ');
    expect(await linewright(data, 'identity', 'look', D3)).toMatchObject({
      exit: 1,
      last: { failure: { code: 'identity/unknown' } },
    });
  });

  it('import of a list that contradicts the book ends badly, and conflicts tells where', async () => {
    const data = freshFolder();
    const list = file(data, 'tray.csv', `P046AF1450000FC,${D1}\nP046AF1450000FC,${D2}\n`);
    const done = await linewright(data, 'identity', 'import', list);
    expect(done).toMatchObject({ exit: 1, last: { ok: false, book: { added: 1, contradictions: [{ line: 2 }] } } });
    const told = await linewright(data, 'identity', 'conflicts');
    expect(told).toMatchObject({ exit: 1, last: { conflicts: [{ name: 'tray.csv', line: 2 }] } });
    expect(await linewright(data, 'identity', 'look', D1)).toMatchObject({
      exit: 1,
      last: { contested: expect.any(String) },
    });
  });

  it('import of a list without a line to use says so, with the first reasons', async () => {
    const data = freshFolder();
    const done = await linewright(data, 'identity', 'import', file(data, 'letter.txt', 'Dear customer,\nthank you.\n'));
    expect(done).toMatchObject({ exit: 1, last: { failure: { code: 'identity/no-lines' } } });
    expect(existsSync(join(data, 'identity.sqlite'))).toBe(false);
  });

  it('sync takes over the product of the station file and no other', async () => {
    await using bench = await startCloudBench();
    const data = freshFolder();
    const station = stationFile(data, bench.virtual);
    const sync = await linewright(data, 'identity', 'sync', '--station', station, '--product', String(PRODUCT));
    expect(sync).toMatchObject({ exit: 0, last: { ok: true, added: expect.any(Number) } });
    const look = await linewright(data, 'identity', 'look', D2, '--station', station);
    expect(look).toMatchObject({ exit: 0, last: { sources: [{ name: `product ${PRODUCT}` }] } });
    const other = await linewright(data, 'identity', 'sync', '--station', station, '--product', '777');
    expect(other).toMatchObject({ exit: 1, last: { failure: { code: 'recipe/product-not-allowed' } } });
  });
});

describe('cloud pre-add', () => {
  it('R21: whom a tray’s list names is a member at its first connection; whom it leaves out is in no product', async () => {
    await using bench = await startCloudBench();
    const [one, other, forgotten] = ['a', 'b', 'c'].map((end) => `e00fce68000000000000100${end}`) as [
      string,
      string,
      string,
    ];
    for (const deviceId of [one, other, forgotten]) bench.virtual.registerUnit({ deviceId, platformId: 13 });
    const data = freshFolder();
    const list = file(data, 'tray.txt', `\uFEFF${one.toUpperCase()}\r\n\r\n${other}\r\n`);
    const args = ['--station', stationFile(data, bench.virtual), '--product', String(PRODUCT), '--yes'];
    const done = await linewright(data, 'cloud', 'pre-add', list, ...args);
    expect(done).toMatchObject({ exit: 0, last: { results: { added: 2 } } });
    const life = deviceLife(bench.virtual.state);
    const standings = [];
    for (const deviceId of [one, other, forgotten]) {
      expect(life.connects(deviceId, { deviceOs: '6.2.1', version: 1 })).toBe('online');
      const { status, json } = await bench.ask('GET', `/v1/products/${PRODUCT}/devices/${deviceId}`);
      standings.push(status === 200 ? { online: json.online, quarantined: json.quarantined } : status);
    }
    const member = { online: true, quarantined: false };
    expect(standings).toEqual([member, member, 404]);
  });

  it('sends nothing without --yes, then each unit with a result of its own', async () => {
    await using bench = await startCloudBench();
    const data = freshFolder();
    const station = stationFile(data, bench.virtual);
    const list = file(data, 'tray.txt', `${D1}\n${D2}\nWAT\n${D3}\n${D1}\n`);
    const args = ['cloud', 'pre-add', list, '--station', station, '--product', String(PRODUCT)] as const;
    const preview = await linewright(data, ...args, '--check');
    expect(preview).toMatchObject({
      exit: 0,
      last: { preview: true, toSend: 3, alreadyThere: 1, lines: { unusable: 1, duplicate: 1 } },
    });
    expect(await bench.cloud.device(PRODUCT, D1, bench.options)).toBeUndefined();

    const done = await linewright(data, ...args, '--yes');
    expect(done).toMatchObject({
      exit: 1,
      last: { ok: false, results: { added: 1, 'already-there': 1, refused: 1, unusable: 1, duplicate: 1 } },
    });
    expect(done.said.some(({ progress }) => progress !== undefined)).toBe(true);
    expect(await bench.cloud.device(PRODUCT, D1, bench.options)).toBeDefined();
    const rows = readFileSync(`${list}.pre-add.csv`, 'utf8').trim().split('\n');
    expect(rows.map((row) => row.split(',').at(6))).toEqual([
      'result',
      'added',
      'already-there',
      'unusable',
      'refused',
      'duplicate',
    ]);

    const again = await linewright(data, ...args, '--yes');
    expect(again).toMatchObject({ last: { failure: { code: 'request/invalid' } } });
    writeFileSync(list, `${D1}\n`);
    const other = await linewright(data, ...args, '--yes', '--resume');
    expect(other).toMatchObject({ exit: 1, last: { failure: { code: 'identity/file-changed' } } });
  });

  it('R11, R12: says before anything is sent for how many units the plan has no place', async () => {
    await using bench = await startCloudBench();
    const ids = Array.from({ length: 100 }, (_, index) => `e00fce68000000000${String(index + 1000).padStart(7, '0')}`);
    const data = freshFolder();
    const list = file(data, 'tray.txt', `${D2}\n${ids.join('\n')}\n`);
    const args = ['--station', stationFile(data, bench.virtual), '--product', String(PRODUCT), '--check'] as const;
    const shortage = async (...more: readonly string[]) =>
      (await linewright(data, 'cloud', 'pre-add', list, ...args, ...more)).last.shortage;
    // D2 is a member already, and one in quarantine is none: 1 and 100 more.
    expect(await shortage()).toMatch(/101 units: on a free plan, which ends at 100, .* refuses 1 of them/);
    expect(await shortage('--plan-devices', '61')).toMatch(/101 units, its plan ends at 61: .* refuses 40/);
    expect(await shortage('--plan-devices', '101')).toBeUndefined();
    writeFileSync(list, `${D2}\n${ids.slice(1).join('\n')}\n`);
    expect(await shortage()).toBeUndefined();
  });

  it('keeps a result file when the cloud breaks off, and goes on with --resume', async () => {
    await using bench = await startCloudBench();
    const data = freshFolder();
    const station = stationFile(data, bench.virtual);
    const list = file(data, 'tray.txt', `${D1}\n${D2}\n`);
    const out = join(data, 'result.csv');
    const args = [
      'cloud',
      'pre-add',
      list,
      '--station',
      station,
      '--product',
      String(PRODUCT),
      '--yes',
      '--out',
      out,
    ] as const;
    file(data, 'token', '00112233445566778899aabbccddeeff00112233');
    const broken = await linewright(data, ...args);
    expect(broken).toMatchObject({
      exit: 1,
      last: { ok: false, results: { 'not-done': 2 }, stoppedBy: { code: expect.any(String) } },
    });
    expect(JSON.stringify(broken.said)).not.toContain('00112233445566778899aabbccddeeff00112233');
    file(data, 'token', bench.virtual.token);
    const done = await linewright(data, ...args, '--resume');
    expect(done).toMatchObject({ exit: 0, last: { ok: true, results: { added: 1, 'already-there': 1 } } });
    expect(readFileSync(out, 'utf8')).toContain(`1,${D1},,,,,added,`);
  });
});

describe('cloud import-sims', () => {
  it('imports the SIMs of a pack once, though the command is given twice', async () => {
    await using bench = await startCloudBench();
    const data = freshFolder();
    const station = stationFile(data, bench.virtual);
    const list = file(data, 'sims.csv', `ICCID;note\n${I7};4FF card\n`);
    const args = ['cloud', 'import-sims', list, '--station', station, '--product', String(PRODUCT)] as const;
    expect(await linewright(data, ...args)).toMatchObject({ exit: 0, last: { preview: true, toSend: 1 } });
    expect(await bench.cloud.sim(PRODUCT, I7, bench.options)).toBeUndefined();
    const done = await linewright(data, ...args, '--yes');
    expect(done).toMatchObject({ exit: 0, last: { results: { imported: 1 } } });
    const again = await linewright(data, ...args, '--yes', '--out', join(data, 'again.csv'));
    expect(again).toMatchObject({ exit: 0, last: { results: { 'already-there': 1 } } });
    expect((await bench.cloud.sim(PRODUCT, I7, bench.options))?.activations).toBe(1);
  });

  it.each(['of the station file', 'of --data'])(
    'leaves a SIM to the station that is importing it, by the data folder %s, and says so in its line',
    async (which) => {
      await using bench = await startCloudBench();
      const data = freshFolder();
      const station = stationFile(data, bench.virtual);
      const list = file(data, 'sims.csv', `ICCID\n${I7}\n`);
      const folder = join(data, which === 'of --data' ? 'other' : 'data');
      const simImports = openSimImports(folder);
      onTestFinished(() => simImports.close());
      const claim = claimOf({ iccid: I7, how: 'import', who: 'station', name: 'P046AF1450000FC' }, new Date());
      simImports.claim(PRODUCT, [claim]);
      const args = ['cloud', 'import-sims', list, '--station', station, '--product', String(PRODUCT), '--yes'];
      const job = linewright(data, ...args, ...(which === 'of --data' ? ['--data', folder] : []));
      await bench.virtual.requests.next('get-sim');
      bench.virtual.faults.add({ name: 'unauthorized', endpoint: 'list-sims' }); // or it would wait for the SIM
      expect(await job).toMatchObject({ exit: 1, last: { ok: false, results: { 'under-way': 1 } } });
      const row = readFileSync(`${list}.import-sims.csv`, 'utf8').trim().split('\n').at(-1);
      expect(row).toContain(`under-way,"SIM ${I7} is being imported by the station, unit P046AF1450000FC, since`);
      expect(bench.virtual.requests.list().filter(({ endpoint }) => endpoint === 'import-sims')).toEqual([]);
    },
  );
});
