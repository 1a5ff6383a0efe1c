import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  openAuditLog,
  openAuditLogReadOnly,
  verifyAuditLog,
} from '../../../src-main/adapters/audit/audit-log.sqlite.ts';
import { entryHash, GENESIS, type PlacedEntry } from '../../../src-main/adapters/audit/entry.ts';
import { freshFolder } from './fresh-folder.ts';
import { sampleBegun, sampleEnded, sampleStep } from './sample-records.ts';

const RUNS = 4;
const ENTRIES = RUNS * 5;

let folder: string;
let file: string;

beforeEach(() => {
  folder = freshFolder();
  file = join(folder, 'audit.sqlite');
  const log = openAuditLog(folder);
  for (let run = 1; run <= RUNS; run += 1) {
    const runId = `run-${run}`;
    log.beginRun(sampleBegun(runId, { station: `<entry ${run * 5 - 4}>` }));
    for (let step = 0; step < 3; step += 1) {
      const mark = `<entry ${run * 5 - 3 + step}>`;
      // One entry is longer than a page, so that its text lies on pages of its own.
      const evidence = { mark, transcript: `${runId} ${step} `.repeat(run === 2 && step === 1 ? 900 : 20) };
      log.addStep(
        runId,
        sampleStep(`step-${step}`, { evidence, learnt: { deviceId: `e00fce68000000000000000${run}` } }),
      );
    }
    log.endRun(
      sampleEnded(runId, { unit: { platform: `<entry ${run * 5}>`, deviceId: `e00fce68000000000000000${run}` } }),
    );
  }
  log.close();
});

/** What a search by every route gives, as text. */
function everything(): string {
  const log = openAuditLogReadOnly(folder);
  try {
    return JSON.stringify([
      log.findRuns({}),
      log.findRuns({ text: '000003' }),
      log.findRuns({ outcome: 'PASS' }),
      log.findRuns({ batch: '2026w10' }),
      log.unfinishedRuns(),
    ]);
  } finally {
    log.close();
  }
}

/** Works on the file as an attacker does who knows SQL: without triggers, without a chain. */
function tamper(sql: string): void {
  const database = new Database(file);
  try {
    const triggers = database
      .prepare<[], { name: string; sql: string }>(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`)
      .all();
    for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`);
    database.exec(sql);
    for (const trigger of triggers) database.exec(trigger.sql);
  } finally {
    database.close();
  }
}

function defects(): readonly { entry: number | undefined; what: string }[] {
  const verdict = verifyAuditLog(folder);
  return verdict.intact ? [] : verdict.defects;
}

const names = (entry: number, what: RegExp) => expect.objectContaining({ entry, what: expect.stringMatching(what) });

describe('an untouched log', () => {
  it('is intact, and tells how many entries it has and the hash of the last', () => {
    const head = /"hash":"([0-9a-f]{64})"/.exec(readFileSync(join(folder, 'audit.head'), 'utf8'))?.[1];
    expect(verifyAuditLog(folder)).toEqual({ intact: true, entries: ENTRIES, head });
  });

  it.each([
    ['UPDATE entry SET body = body'],
    ['DELETE FROM entry WHERE seq = 20'],
    ["INSERT OR REPLACE INTO entry SELECT 20, at, kind, run_id, day, '{}', previous, hash FROM entry WHERE seq = 20"],
    ["INSERT INTO entry (at, kind, body, previous, hash) VALUES ('', 'note/x', '{}', 'x', 'y')"],
    ["UPDATE run SET batch = 'other'"],
    ['DELETE FROM run_end'],
    ["REPLACE INTO run_end SELECT run_id, seq, 'PASS' FROM run_end"],
    ['DELETE FROM identifier'],
    ["UPDATE identifier SET value = 'x'"],
  ])('refuses the statement: %s', (sql) => {
    const database = new Database(file);
    try {
      expect(() => database.exec(sql)).toThrow(/append-only|does not follow/);
    } finally {
      database.close();
    }
    expect(verifyAuditLog(folder)).toMatchObject({ intact: true });
  });
});

describe('verify names the entry', () => {
  it('that was changed', () => {
    tamper(`UPDATE entry SET body = replace(body, 'PASS', 'FAIL') WHERE seq = 8`);
    expect(defects()).toEqual([names(8, /was changed/)]);
  });

  it.each(['at', 'kind', 'run_id', 'day', 'body', 'previous', 'hash'])('whose %s was changed', (column) => {
    tamper(`UPDATE entry SET ${column} = 'x' WHERE seq = 11`);
    expect(defects()).toContainEqual(names(11, /was changed/));
  });

  it('whose text was made a blob of the same bytes', () => {
    const database = new Database(file);
    // STRICT would refuse it, so the table is made lax first, as anyone can who owns the file.
    database.unsafeMode();
    database.pragma('writable_schema = ON');
    database.exec(`UPDATE sqlite_schema SET sql = replace(sql, 'body TEXT', 'body ANY') WHERE name = 'entry'`);
    database.close();
    tamper('UPDATE entry SET body = CAST(body AS BLOB) WHERE seq = 9');
    expect(defects()).toContainEqual(names(9, /another kind than text/));
  });

  it('that was removed, and all of them when several were', () => {
    tamper('DELETE FROM entry WHERE seq = 3');
    tamper('DELETE FROM entry WHERE seq BETWEEN 12 AND 14');
    expect(defects()).toEqual([names(3, /Entry 3 is missing/), names(12, /Entries 12 to 14 are missing/)]);
  });

  it('that was moved to another place', () => {
    tamper(
      'UPDATE entry SET seq = 99 WHERE seq = 6; UPDATE entry SET seq = 6 WHERE seq = 7; UPDATE entry SET seq = 7 WHERE seq = 99',
    );
    expect(defects()).toContainEqual(names(6, /out of order: it was written as entry 7/));
    expect(defects()).toContainEqual(names(7, /out of order: it was written as entry 6/));
  });

  it('that is there twice', () => {
    tamper(`INSERT INTO entry SELECT 21, at, kind, run_id, day, body, previous, hash FROM entry WHERE seq = 20`);
    expect(defects()).toContainEqual(names(21, /duplicate of entry 20/));
  });

  it('that was replaced by another with a hash of its own, in the middle and at the end', () => {
    for (const seq of [5, 20]) {
      const database = new Database(file);
      const row = database
        .prepare<[number], PlacedEntry>(
          'SELECT seq, at, kind, run_id runId, day, body, previous FROM entry WHERE seq = ?',
        )
        .get(seq);
      database.close();
      if (row === undefined) throw new Error('no such entry');
      const body = row.body.replace('"durationMs":9000', '"durationMs":9001');
      tamper(`UPDATE entry SET body = '${body}', hash = '${entryHash({ ...row, body })}' WHERE seq = ${seq}`);
    }
    expect(defects()).toEqual([names(5, /was replaced/), names(20, /not the one the head file knows/)]);
  });

  it('from which on the end was cut, with or without the counter', () => {
    tamper(
      'DELETE FROM entry WHERE seq > 17; DELETE FROM run_end WHERE seq > 17; DELETE FROM identifier WHERE seq > 17',
    );
    expect(defects()).toContainEqual(names(18, /Entries 18 to 20 are missing/));
    tamper(`UPDATE sqlite_sequence SET seq = 17`);
    expect(defects()).toEqual([names(18, /Entries 18 to 20 are missing/)]);
    expect(() => openAuditLog(folder)).toThrow(expect.objectContaining({ code: 'audit/damaged' }));
    rmSync(join(folder, 'audit.head'));
    expect(defects()).toEqual([{ entry: undefined, what: expect.stringMatching(/head file .* missing/) }]);
    expect(() => openAuditLog(folder)).toThrow(expect.objectContaining({ code: 'audit/damaged' }));
  });

  it('whose search rows were changed, removed or invented', () => {
    tamper(`UPDATE run SET batch = 'other' WHERE seq = 6`);
    tamper('DELETE FROM identifier WHERE seq = 9');
    tamper(`UPDATE run_end SET outcome = 'FAIL' WHERE seq = 15`);
    tamper(`INSERT INTO identifier VALUES (77, 'imei', '1', '1', 'run-1')`);
    expect(defects()).toEqual([
      names(6, /search rows/),
      names(9, /search rows/),
      names(15, /search rows/),
      names(77, /does not exist/),
    ]);
  });
});

describe('verify tells', () => {
  it('a trigger that was dropped, and one that was added', () => {
    const database = new Database(file);
    database.exec('DROP TRIGGER entry_no_delete; CREATE TRIGGER entry_quiet AFTER INSERT ON entry BEGIN SELECT 1; END');
    database.close();
    expect(defects().map((defect) => defect.what)).toEqual([
      'The trigger "entry_no_delete" of the database is missing.',
      'A foreign trigger "entry_quiet" is in the database.',
    ]);
  });

  it('any changed byte of the head file', () => {
    const head = readFileSync(join(folder, 'audit.head'));
    for (let offset = 0; offset < head.length; offset += 1) {
      const changed = Buffer.from(head);
      changed[offset] = (changed[offset] ?? 0) ^ 1;
      writeFileSync(join(folder, 'audit.head'), changed);
      expect(verifyAuditLog(folder).intact).toBe(false);
    }
  });

  it('a log whose every entry was taken out', () => {
    tamper(
      'DELETE FROM entry; DELETE FROM run; DELETE FROM run_end; DELETE FROM identifier; DELETE FROM sqlite_sequence',
    );
    expect(defects()).toEqual([names(1, /Entries 1 to 20 are missing/)]);
  });

  it('a log rewritten from end to end, without looking for ever for the place of each entry', () => {
    const log = openAuditLog(folder);
    for (let count = 0; count < 6; count += 1) log.note('large', { text: 'x'.repeat(2_000_000) });
    log.close();
    tamper(`UPDATE entry SET at = '2020-01-01T00:00:00.000Z'`);
    const changed = Array.from({ length: ENTRIES + 6 }, (_, index) => names(index + 1, /was changed/));
    expect(defects()).toEqual(changed);
  });

  it('a file cut short', () => {
    const bytes = readFileSync(file);
    for (const kept of [0, 100, 4096, bytes.length - 4096, bytes.length - 1]) {
      writeFileSync(file, bytes.subarray(0, kept));
      expect(defects().length, `${kept} bytes`).toBeGreaterThan(0);
    }
  });
});

describe('one flipped bit', () => {
  it('inside an entry is told with the number of that entry', () => {
    const bytes = readFileSync(file);
    for (let entry = 1; entry <= ENTRIES; entry += 1) {
      const mark = bytes.indexOf(`<entry ${entry}>`);
      expect(mark).toBeGreaterThan(0);
      const changed = Buffer.from(bytes);
      changed[mark + 1] = (changed[mark + 1] ?? 0) ^ (1 << (entry % 8));
      writeFileSync(file, changed);
      expect(defects()).toContainEqual(expect.objectContaining({ entry }));
    }
  });

  it('in the middle of a text on pages of its own is told with the number of its entry', () => {
    const bytes = readFileSync(file);
    const changed = Buffer.from(bytes);
    const far = bytes.indexOf('run-2 1 '.repeat(100)) + 4000;
    changed[far] = (changed[far] ?? 0) ^ 4;
    writeFileSync(file, changed);
    expect(defects()).toEqual([names(8, /was changed/)]);
  });

  it('anywhere in the file never leaves altered records with a verdict of intact', () => {
    const bytes = readFileSync(file);
    const before = everything();
    const kept = join(folder, 'kept.head');
    copyFileSync(join(folder, 'audit.head'), kept);
    let told = 0;
    for (let offset = 0; offset < bytes.length; offset += 211) {
      const changed = Buffer.from(bytes);
      changed[offset] = (changed[offset] ?? 0) ^ (1 << (offset % 8));
      for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
      writeFileSync(file, changed);
      try {
        if (verifyAuditLog(folder).intact) expect(everything(), `byte ${offset}`).toBe(before);
        else told += 1;
      } catch (thrown) {
        // The schema version itself was hit: refused with a code, which is no verdict of intact either.
        expect(thrown).toMatchObject({ code: 'audit/newer-version' });
      }
    }
    // Most bytes of so small a file are unused room in its pages, where a flip alters no record.
    expect(told).toBeGreaterThan(50);
  });
});

it('the first entry stands on the genesis value', () => {
  const database = new Database(file, { readonly: true });
  const first = database.prepare('SELECT previous FROM entry WHERE seq = 1').get();
  database.close();
  expect(first).toEqual({ previous: GENESIS });
});
