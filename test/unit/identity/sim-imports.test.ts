import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { openSimImports } from '../../../src-main/adapters/identity/sim-imports.sqlite.ts';
import { claimOf, isRemovableHeldBy, type SimClaim, sayClaim } from '../../../src-main/domain/sim-claim.ts';
import type { ActivationClass } from '../../../src-main/domain/sku-table.ts';

const ICCID = '8934076500002589174';
const T = new Date('2026-11-28T08:00:00Z');
const later = (hours: number): Date => new Date(T.getTime() + hours * 3_600_000);

const station = (at: Date, activation?: ActivationClass): SimClaim =>
  claimOf({ iccid: ICCID, how: 'import', who: 'station', name: 'P046AF1450000FC' }, at, activation);
const job = (at: Date, how: SimClaim['how'] = 'import'): SimClaim =>
  claimOf({ iccid: ICCID, how, who: 'job', name: 'sims.csv' }, at);

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-imports-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function importsIn(folder = freshFolder()) {
  const simImports = openSimImports(folder);
  onTestFinished(() => simImports.close());
  return simImports;
}

describe('the record of SIM imports', () => {
  it('gives a SIM to whoever claims it first, and tells the other who that is and since when', () => {
    const folder = freshFolder();
    const [one, other] = [importsIn(folder), importsIn(folder)];
    expect(one.claim(1, [station(T)]).size).toBe(0);
    const held = other.claim(1, [job(later(1))]).get(ICCID);
    expect(held).toEqual(station(T));
    expect(held === undefined ? '' : sayClaim(held)).toBe(
      `SIM ${ICCID} is being imported by the station, unit P046AF1450000FC, since 2026-11-28T08:00:00.000Z, and is not seen in the product yet: read again later.`,
    );
    expect(other.claim(2, [job(later(1))]).size).toBe(0);
  });

  it.each([
    ['fast', 'fast', 1],
    ['generally fast', 'generally-fast', 24],
    ['of a class that nobody knows', undefined, 24],
  ] as const)(
    'leaves a SIM that is %s to its claimer for as long as its import may be queued',
    (_, activation, hours) => {
      const simImports = importsIn();
      simImports.claim(1, [station(T, activation)]);
      expect(simImports.claim(1, [job(later(hours))]).size).toBe(1);
      expect(simImports.claim(1, [job(later(hours + 0.01))]).size).toBe(0);
    },
  );

  it('believes whoever knows that a SIM is fast, also when that is the one who comes later', () => {
    const simImports = importsIn();
    simImports.claim(1, [job(T)]);
    expect(simImports.claim(1, [station(later(0.9), 'fast')]).size).toBe(1);
    expect(simImports.claim(1, [station(later(1.1), 'fast')]).size).toBe(0);
  });

  it('holds an import while the unit of the SIM is being pre-added, but not that of a removable SIM, and no second pre-add', () => {
    const simImports = importsIn();
    simImports.claim(1, [job(T, 'pre-add')]);
    expect(simImports.claim(1, [job(later(1), 'pre-add')]).size).toBe(0);
    expect(simImports.claim(1, [job(later(1))]).size).toBe(1);
    expect(simImports.claim(1, [station(later(1))], isRemovableHeldBy).size).toBe(0);
    expect(simImports.claim(1, [job(later(2), 'pre-add')]).size).toBe(1);
  });

  it('takes back a claim whose request was refused, and not what somebody else has claimed meanwhile', () => {
    const simImports = importsIn();
    simImports.claim(1, [job(T)]);
    simImports.giveBack(1, [job(T)]);
    expect(simImports.claim(1, [station(later(1))]).size).toBe(0);
    simImports.giveBack(1, [job(T)]);
    expect(simImports.claim(1, [job(later(2))]).size).toBe(1);
  });

  it('keeps what another record tells, unless it knows of a later claim itself', () => {
    const simImports = importsIn();
    simImports.remember(1, [station(T)]);
    simImports.remember(1, [station(later(-5))]);
    expect(simImports.claim(1, [job(later(23))]).get(ICCID)).toEqual(station(T));
  });

  it('holds every claim of one transaction or none', () => {
    const simImports = importsIn();
    const broken = { ...job(T), iccid: '8934076500002589175', who: 'nobody' } as unknown as SimClaim;
    expect(() => simImports.claim(1, [job(T), broken])).toThrow(
      expect.objectContaining({ code: 'identity/write-failed' }),
    );
    expect(simImports.claim(1, [station(later(1))]).size).toBe(0);
  });
});

describe('the file of the record', () => {
  it('of the version before is brought to this one with all it held', () => {
    const folder = freshFolder();
    const old = new Database(join(folder, 'sim-imports.sqlite'));
    old.exec(`
      CREATE TABLE asked (
        product_id INTEGER NOT NULL, iccid TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (product_id, iccid)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO asked VALUES (1, '${ICCID}', '${T.toISOString()}');
      PRAGMA application_id = ${0x4c77534c};
      PRAGMA user_version = 1;`);
    old.close();
    const simImports = importsIn(folder);
    const held = simImports.claim(1, [station(later(23), 'generally-fast')]).get(ICCID);
    expect(held).toMatchObject({ who: 'job', how: 'import', at: T.toISOString(), until: later(24).toISOString() });
    expect(simImports.claim(1, [station(later(25), 'generally-fast')]).size).toBe(0);
  });

  it.each([
    ['of a newer version', `PRAGMA application_id = ${0x4c77534c}; PRAGMA user_version = 3; CREATE TABLE claim (a)`],
    ['that is something else', 'CREATE TABLE claim (a)'],
    [
      'whose table was changed',
      `PRAGMA application_id = ${0x4c77534c}; PRAGMA user_version = 2; CREATE TABLE claim (iccid TEXT)`,
    ],
  ])('%s is refused as it is', (_, sql) => {
    const folder = freshFolder();
    const file = join(folder, 'sim-imports.sqlite');
    const foreign = new Database(file);
    foreign.exec(sql);
    foreign.close();
    expect(() => openSimImports(folder)).toThrow(expect.objectContaining({ code: 'identity/damaged' }));
    const after = new Database(file, { readonly: true });
    const names = after.prepare('SELECT name FROM sqlite_schema').all();
    after.close();
    expect(names).toEqual([{ name: 'claim' }]);
  });
});

test('three processes that claim the same SIMs at the same time get each of them once', async () => {
  const folder = freshFolder();
  const program = join(import.meta.dirname, 'claim-many.ts');
  const count = 150;
  const children = ['station', 'job', 'job'].map((who, index) => {
    const name = `claimer ${index}`;
    return execa(process.execPath, [program, folder, name, who, String(count)], { stdin: 'pipe' });
  });
  await Promise.all(children.map((child) => new Promise((resolve) => child.stdout.once('data', resolve))));
  for (const child of children) child.stdin.write('go\n');
  const ended = await Promise.all(children);
  const got = ended.map(({ stdout }) => JSON.parse(stdout.split('\n').at(-1) ?? '') as string[]);
  expect(new Set(got.flat()).size).toBe(count);
  expect(got.flat()).toHaveLength(count);
});
