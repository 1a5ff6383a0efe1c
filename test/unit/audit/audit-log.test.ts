import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  openAuditLog,
  openAuditLogReadOnly,
  verifyAuditLog,
} from '../../../src-main/adapters/audit/audit-log.sqlite.ts';
import { freshFolder } from './fresh-folder.ts';
import { sampleBegun, sampleEnded, sampleStep } from './sample-records.ts';

function openFresh(folder = freshFolder()) {
  const log = openAuditLog(folder, { clock: () => new Date('2026-03-04T12:00:00.000Z'), busyTimeoutMs: 20 });
  onTestFinished(() => log.close());
  return { folder, log };
}

const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe('the audit log', () => {
  it('gives back a whole run as it was recorded, also after it was closed and opened again', () => {
    const { folder, log } = openFresh();
    const steps = [
      sampleStep('identify', { learnt: { deviceId: 'e00fce680123456789abcdef', modules: [1, 2, { three: null }] } }),
      sampleStep('flash', { verdict: 'FAIL', failure: { code: 'flash/stalled', detail: 'Block 7 — „nie“ \u{1f600}' } }),
      sampleStep('flash', { attempt: 2, evidence: { transcript: 'a\u0000b\ufffd\ud800' } }),
    ];
    log.beginRun(sampleBegun('run-1'));
    for (const step of steps) log.addStep('run-1', step);
    expect(log.readRun('run-1')).toEqual({ begun: sampleBegun('run-1'), steps });
    log.endRun(sampleEnded('run-1', { outcome: 'FAIL' }));
    log.close();
    const again = openFresh(folder).log;
    expect(again.readRun('run-1')).toEqual({
      begun: sampleBegun('run-1'),
      steps,
      ended: sampleEnded('run-1', { outcome: 'FAIL' }),
    });
    expect(again.readRun('run-2')).toBeUndefined();
    expect(again.verify()).toMatchObject({ intact: true, entries: 5 });
  });

  it('keeps every entry with synchronous=FULL in a write-ahead log', () => {
    const { folder, log } = openFresh();
    log.beginRun(sampleBegun('run-1'));
    const other = new Database(join(folder, 'audit.sqlite'), { readonly: true });
    onTestFinished(() => void other.close());
    expect(other.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(other.prepare('SELECT count(*) n FROM entry').get()).toEqual({ n: 1 });
    expect(existsSync(join(folder, 'audit.sqlite-wal'))).toBe(true);
  });

  it('finds runs by any identifier, whole or by its last six characters, in either case', () => {
    const { log } = openFresh();
    log.beginRun(sampleBegun('run-alpha', { label: { kind: 'serial-number', value: 'P044AF145AAAAAA' } }));
    log.addStep('run-alpha', sampleStep('identify', { learnt: { deviceId: 'e00fce68aaaaaaaaaaaaaaaa' } }));
    log.beginRun(sampleBegun('run-bravo', { label: { kind: 'iccid', value: '89883070000051465647' } }));
    log.endRun(sampleEnded('run-bravo', { unit: { imei: '490154203237518', serialNumber: 'P044AF145BBBBBB' } }));
    const found = (text: string) => log.findRuns({ text }).map((run) => run.begun.runId);
    expect(found('E00FCE68AAAAAAAAAAAAAAAA')).toEqual(['run-alpha']);
    expect(found('aaaaaa')).toEqual(['run-alpha']);
    expect(found('aaaaa')).toEqual([]);
    expect(found('P044AF145AAAAAA ABCDEFGHJKLMNPQ\r\n')).toEqual(['run-alpha']);
    expect(found('89883070000051465647')).toEqual(['run-bravo']);
    expect(found('237518')).toEqual(['run-bravo']);
    expect(found('p044af145bbbbbb')).toEqual(['run-bravo']);
    expect(found('run-alpha')).toEqual(['run-alpha']);
    expect(found('%')).toEqual([]);
    expect(found("' OR 1=1 --")).toEqual([]);
    expect(found(' ')).toEqual(['run-bravo', 'run-alpha']);
  });

  it('finds runs by batch, day and outcome together, newest first, up to a limit', () => {
    const { log } = openFresh();
    const localNoon = (day: number) => new Date(2026, 2, day, 12).toISOString();
    for (const [runId, day, batch, outcome] of [
      ['r1', 4, 'a', 'PASS'],
      ['r2', 4, 'a', 'FAIL'],
      ['r3', 5, 'a', 'PASS'],
      ['r4', 5, 'b', 'PASS'],
      ['r5', 5, 'a', 'PASS'],
    ] as const) {
      log.beginRun(sampleBegun(runId, { at: localNoon(day), batch }));
      log.endRun(sampleEnded(runId, { outcome }));
    }
    const ids = (query: Parameters<typeof log.findRuns>[0]) => log.findRuns(query).map((run) => run.begun.runId);
    expect(ids({})).toEqual(['r5', 'r4', 'r3', 'r2', 'r1']);
    expect(ids({ limit: 2 })).toEqual(['r5', 'r4']);
    expect(ids({ day: '2026-03-04' })).toEqual(['r2', 'r1']);
    expect(ids({ batch: 'a', outcome: 'PASS', day: '2026-03-05' })).toEqual(['r5', 'r3']);
    expect(ids({ batch: 'c' })).toEqual([]);
    expect(log.countOutcomes('a')).toEqual({ PASS: 3, FAIL: 1 });
    expect(log.countOutcomes('c')).toEqual({});
  });

  it('tells which runs a crash cut off, oldest first, and no longer once they are closed', () => {
    const { log } = openFresh();
    for (const runId of ['r1', 'r2', 'r3']) log.beginRun(sampleBegun(runId));
    log.endRun(sampleEnded('r2'));
    expect(log.unfinishedRuns()).toEqual([sampleBegun('r1'), sampleBegun('r3')]);
    log.endRun(sampleEnded('r1', { outcome: 'ERROR' }));
    expect(log.unfinishedRuns().map((run) => run.runId)).toEqual(['r3']);
  });

  it('tells the run in which a device passed in a batch, and only a PASS in that batch', () => {
    const { log } = openFresh();
    const deviceId = 'e00fce680123456789abcdef';
    log.beginRun(sampleBegun('r1', { batch: 'a' }));
    log.addStep('r1', sampleStep('identify', { learnt: { deviceId } }));
    expect(log.passedInBatch('a', deviceId)).toBeUndefined();
    log.endRun(sampleEnded('r1', { outcome: 'FAIL' }));
    expect(log.passedInBatch('a', deviceId)).toBeUndefined();
    log.beginRun(sampleBegun('r2', { batch: 'a' }));
    log.endRun(sampleEnded('r2'));
    expect(log.passedInBatch('a', deviceId.toUpperCase())).toBe('r2');
    expect(log.passedInBatch('b', deviceId)).toBeUndefined();
  });

  it('refuses a run begun twice, a step of an unknown run, and anything after the end', () => {
    const { log } = openFresh();
    log.beginRun(sampleBegun('r1'));
    expect(() => log.beginRun(sampleBegun('r1'))).toThrow(code('run/bug'));
    expect(() => log.addStep('r2', sampleStep('flash'))).toThrow(code('run/bug'));
    log.endRun(sampleEnded('r1'));
    expect(() => log.endRun(sampleEnded('r1', { outcome: 'FAIL' }))).toThrow(code('run/bug'));
    expect(() => log.addStep('r1', sampleStep('flash'))).toThrow(code('run/bug'));
    log.note('station-stopped', { reason: 'end of shift' });
    expect(log.verify()).toMatchObject({ intact: true, entries: 3 });
  });
});

describe('one data folder', () => {
  it('has one writer, and can be read and verified beside it', () => {
    const { folder, log } = openFresh();
    log.beginRun(sampleBegun('r1'));
    expect(() => openAuditLog(folder)).toThrow(code('station/data-in-use'));
    const reader = openAuditLogReadOnly(folder);
    onTestFinished(() => reader.close());
    expect(reader.verify()).toMatchObject({ intact: true, entries: 1 });
    log.endRun(sampleEnded('r1'));
    expect(reader.readRun('r1')?.ended?.outcome).toBe('PASS');
    log.close();
    openFresh(folder).log.beginRun(sampleBegun('r2'));
    expect(reader.findRuns({}).map((run) => run.begun.runId)).toEqual(['r2', 'r1']);
  });

  it('on a medium that cannot be written is still read and verified', () => {
    const { folder, log } = openFresh();
    log.beginRun(sampleBegun('r1'));
    log.close();
    // What a read-only disk does to SQLite, for any user: its shared-memory file cannot be made.
    mkdirSync(join(folder, 'audit.sqlite-shm'));
    expect(verifyAuditLog(folder)).toMatchObject({ intact: true, entries: 1 });
    const reader = openAuditLogReadOnly(folder);
    onTestFinished(() => reader.close());
    expect(reader.readRun('r1')).toEqual({ begun: sampleBegun('r1'), steps: [] });
  });

  it('without a log has nothing to read, and none is made by reading', () => {
    const folder = freshFolder();
    expect(() => openAuditLogReadOnly(folder)).toThrow(code('audit/missing'));
    expect(() => verifyAuditLog(folder)).toThrow(code('audit/missing'));
    expect(existsSync(join(folder, 'audit.sqlite'))).toBe(false);
  });

  it('with records of a later version is refused for reading and writing, untouched', () => {
    const { folder, log } = openFresh();
    log.close();
    const later = new Database(join(folder, 'audit.sqlite'));
    later.pragma('user_version = 99');
    later.close();
    expect(() => openAuditLog(folder)).toThrow(code('audit/newer-version'));
    expect(() => openAuditLogReadOnly(folder)).toThrow(code('audit/newer-version'));
  });

  it.each([
    ['is not a database', (file: string) => writeFileSync(file, 'These are not the records. '.repeat(200))],
    ['is a database of something else', (file: string) => new Database(file).exec('CREATE TABLE x (y)').close()],
    ['is gone while its head file is there', (file: string) => rmSync(file)],
  ])('whose audit log %s is refused as damaged', (_title, harm) => {
    const { folder, log } = openFresh();
    log.beginRun(sampleBegun('r1'));
    log.close();
    rmSync(join(folder, 'audit.sqlite'));
    writeFileSync(join(folder, 'audit.sqlite'), '');
    harm(join(folder, 'audit.sqlite'));
    expect(() => openAuditLog(folder)).toThrow(code('audit/damaged'));
    expect(verifyAuditLog(folder)).toMatchObject({ intact: false });
  });

  it('that refused an opening can be opened once the cause is gone', () => {
    const { folder, log } = openFresh();
    log.beginRun(sampleBegun('r1'));
    log.close();
    renameSync(join(folder, 'audit.head'), join(folder, 'kept'));
    expect(() => openAuditLog(folder)).toThrow(code('audit/damaged'));
    renameSync(join(folder, 'kept'), join(folder, 'audit.head'));
    expect(openFresh(folder).log.verify()).toMatchObject({ intact: true, entries: 1 });
  });
});

describe('a write that the disk refuses', () => {
  it('is an audit/write-failed with nothing half-written, and the log goes on when the disk does', () => {
    const { folder, log } = openFresh();
    log.beginRun(sampleBegun('r1'));
    const other = new Database(join(folder, 'audit.sqlite'));
    onTestFinished(() => void other.close());
    other.exec('BEGIN IMMEDIATE');
    expect(() => log.addStep('r1', sampleStep('flash'))).toThrow(code('audit/write-failed'));
    other.exec('ROLLBACK');
    expect(log.readRun('r1')?.steps).toEqual([]);
    log.addStep('r1', sampleStep('flash', { attempt: 2 }));
    expect(log.verify()).toMatchObject({ intact: true, entries: 2 });
  });

  it('of the head file is an audit/write-failed too, and leaves no verdict in the log that the screen did not show', () => {
    const { folder, log } = openFresh();
    log.beginRun(sampleBegun('r1'));
    mkdirSync(join(folder, 'audit.head.aside'));
    expect(() => log.endRun(sampleEnded('r1'))).toThrow(code('audit/write-failed'));
    expect(log.readRun('r1')).toEqual({ begun: sampleBegun('r1'), steps: [] });
    rmSync(join(folder, 'audit.head.aside'), { recursive: true });
    expect(log.verify()).toMatchObject({ intact: true, entries: 1 });
    log.endRun(sampleEnded('r1', { outcome: 'ERROR' }));
    log.close();
    expect(openFresh(folder).log.verify()).toMatchObject({ intact: true, entries: 2 });
  });

  it('between the entry and its head, as by a power cut, neither blocks the next start nor looks like damage', () => {
    const { folder, log } = openFresh();
    log.beginRun(sampleBegun('r1'));
    const head = readFileSync(join(folder, 'audit.head'));
    log.endRun(sampleEnded('r1'));
    const later = readFileSync(join(folder, 'audit.head'));
    log.close();
    writeFileSync(join(folder, 'audit.head'), head);
    writeFileSync(join(folder, 'audit.head.aside'), later.subarray(0, 20));
    expect(verifyAuditLog(folder)).toMatchObject({ intact: true, entries: 2 });
    const again = openFresh(folder).log;
    expect(readFileSync(join(folder, 'audit.head'))).toEqual(later);
    expect(again.verify()).toMatchObject({ intact: true, entries: 2 });
  });

  it('because the record is too large is an audit/write-failed', () => {
    const { log } = openFresh();
    log.beginRun(sampleBegun('r1'));
    const evidence = { transcript: 'x'.repeat(17 * 1024 * 1024) };
    expect(() => log.addStep('r1', sampleStep('flash', { evidence }))).toThrow(code('audit/write-failed'));
    expect(log.verify()).toMatchObject({ intact: true, entries: 1 });
  });
});
