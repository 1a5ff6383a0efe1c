import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openAuditLog } from '../../../src-main/adapters/audit/audit-log.sqlite.ts';
import type { CloudWork } from '../../../src-main/domain/cloud-work.ts';
import { freshFolder } from './fresh-folder.ts';
import { sampleBegun, sampleEnded } from './sample-records.ts';

const WORK: Omit<CloudWork, 'runId'> = {
  at: '2026-03-04T12:00:09.000Z',
  productId: 12345,
  deviceId: 'e00fce680123456789abcdef',
  batch: '2026w10',
  online: { productVersion: 7, withinHours: 24 },
  reached: 'in-product',
  isDone: true,
};

/** A log of three runs: one that is late, one that was online in time, one without the cloud. */
function logOfThreeRuns(): string {
  const folder = freshFolder();
  const log = openAuditLog(folder);
  for (const runId of ['late', 'online', 'without']) {
    log.beginRun(sampleBegun(runId));
    log.endRun(sampleEnded(runId), runId === 'without' ? undefined : { runId, ...WORK });
  }
  const at = '2026-03-05T13:00:00.000Z';
  log.addOnlineProofs([
    { runId: 'late', at, verdict: 'late' },
    { runId: 'online', at, verdict: 'online', firstOnlineAt: at, productVersion: 7 },
  ]);
  log.close();
  return folder;
}

/** Makes the file what an earlier version of the program left; the entries themselves are the same in all of them. */
function turnedBack(folder: string, version: number, sql: string): void {
  const database = new Database(join(folder, 'audit.sqlite'));
  database.exec(sql);
  database.pragma(`user_version = ${version}`);
  database.close();
}

describe('records of an earlier version', () => {
  it('of version 2, which had one proof for each run, know after opening which units were seen, and are whole', () => {
    const folder = logOfThreeRuns();
    turnedBack(
      folder,
      2,
      `DROP TABLE online_proof;
       CREATE TABLE online_proof (run_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, verdict TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
    );
    const log = openAuditLog(folder);
    expect(log.awaitedOnline().map(({ work }) => work.runId)).toEqual(['late']);
    log.addOnlineProofs([
      {
        runId: 'late',
        at: '2026-03-09T08:00:00.000Z',
        verdict: 'late',
        firstOnlineAt: '2026-03-09T08:00:00.000Z',
        productVersion: 7,
      },
    ]);
    expect(log.awaitedOnline()).toEqual([]);
    expect(log.verify()).toMatchObject({ intact: true });
    log.close();
  });

  it('of version 1, which knew nothing of the cloud, are taken up', () => {
    const folder = freshFolder();
    const fresh = openAuditLog(folder);
    fresh.beginRun(sampleBegun('r1'));
    fresh.endRun(sampleEnded('r1'));
    fresh.close();
    turnedBack(folder, 1, 'DROP TABLE online_proof; DROP TABLE cloud_step; DROP TABLE cloud_work;');
    const log = openAuditLog(folder);
    expect(log.readRun('r1')?.ended?.outcome).toBe('PASS');
    log.beginRun(sampleBegun('r2'));
    log.endRun(sampleEnded('r2'), { runId: 'r2', ...WORK });
    expect(log.cloudStandings({}).map(({ work }) => work.runId)).toEqual(['r2']);
    expect(log.verify()).toMatchObject({ intact: true });
    log.close();
  });
});
