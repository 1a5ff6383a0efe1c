import type Database from 'better-sqlite3';
import { StationError } from '../../domain/failure.ts';
import { identifierIn } from '../../domain/label.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { RunBegun, RunEnded, RunRecord, StepRecord } from '../../domain/run-record.ts';
import type { RunQuery } from '../../ports/audit-log.ts';
import { CLOUD_KINDS, LATEST_STATE, standingOf } from './cloud-queries.ts';
import { backwards, foldIdentifier } from './derived-rows.ts';
import type { EntryRows } from './entry-rows.ts';

/** Fewer characters than this match whole identifiers only. */
const SHORTEST_ENDING = 6;

/** The whole record of a run; undefined when it never began. Throws `audit/damaged` for an entry that is not JSON. */
export function readRun(entries: EntryRows, runId: string): RunRecord | undefined {
  let begun: RunBegun | undefined;
  let ended: RunEnded | undefined;
  const steps: StepRecord[] = [];
  const bodies = entries.ofRun(runId);
  for (const { kind, body } of bodies) {
    if (CLOUD_KINDS.includes(kind)) continue;
    const value = parseBody(body, runId);
    if (kind === 'run-begun') begun = value as RunBegun;
    else if (kind === 'run-ended') ended = value as RunEnded;
    else if (kind === 'step') steps.push(value as StepRecord);
  }
  if (begun === undefined) return undefined;
  if (ended === undefined) return { begun, steps };
  const cloud = standingOf(bodies, (body) => parseBody(body, runId));
  return cloud === undefined ? { begun, steps, ended } : { begun, steps, ended, cloud };
}

/** A pass that the cloud rejected later is found as a fail, as it is counted. */
const STANDING_OUTCOME = `:outcome = (
  SELECT CASE WHEN outcome = 'PASS' AND ${LATEST_STATE} = 'rejected' THEN 'FAIL' ELSE outcome END
  FROM run_end WHERE run_end.run_id = run.run_id)`;

/** The run ids that match, newest first. What was scanned instead of typed is understood as a label first. */
export function findRunIds(database: Database.Database, query: RunQuery): readonly string[] {
  const conditions: string[] = [];
  const values: Record<string, string | number> = {};
  if (query.batch !== undefined) {
    conditions.push('run.batch = :batch');
    values.batch = query.batch;
  }
  if (query.day !== undefined) {
    conditions.push('run.day = :day');
    values.day = query.day;
  }
  if (query.outcome !== undefined) {
    conditions.push(STANDING_OUTCOME);
    values.outcome = query.outcome;
  }
  if (query.cloud !== undefined) {
    conditions.push(`${LATEST_STATE} = :cloud`);
    values.cloud = query.cloud;
  }
  if (query.text !== undefined && query.text.trim() !== '') {
    const wanted = foldIdentifier(identifierIn(query.text));
    conditions.push(`run.run_id IN (SELECT run_id FROM identifier WHERE value = :whole${OR_ENDING(wanted)})`);
    values.whole = wanted;
    if (wanted.length >= SHORTEST_ENDING) {
      values.from = backwards(wanted);
      // Every text beginning with these characters lies before them with the last possible character behind.
      values.upTo = `${backwards(wanted)}\u{10ffff}`;
    }
  }
  values.limit = query.limit ?? -1;
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return database
    .prepare<[typeof values], { run_id: string }>(
      `SELECT run.run_id FROM run ${where} ORDER BY run.seq DESC LIMIT :limit`,
    )
    .all(values)
    .map((row) => row.run_id);
}

/** Further back than this a slot's runs say nothing of its cable today. */
const RECENT_RUNS = 5000;

/**
 * The last ended runs of a slot, newest first, among the last RECENT_RUNS of the log. The slot is in the entries alone: walking the
 * newest of them costs milliseconds, an index of its own would have to be kept and verified for ever.
 */
export function recentRunIdsOfSlot(
  database: Database.Database,
  { slot, limit, isVirtual }: { readonly slot: string; readonly limit: number; readonly isVirtual: boolean },
): readonly string[] {
  return database
    .prepare<{ slot: string; limit: number; recent: number; virtual: number }, { run_id: string }>(
      `SELECT run.run_id FROM (SELECT run_id, seq FROM run ORDER BY seq DESC LIMIT :recent) run
       JOIN run_end USING (run_id) JOIN entry ON entry.seq = run.seq
       WHERE CASE WHEN json_valid(entry.body)
         THEN json_extract(entry.body, '$.slot') = :slot AND json_extract(entry.body, '$.virtual') = :virtual END
       ORDER BY run.seq DESC LIMIT :limit`,
    )
    .all({ slot, limit, recent: RECENT_RUNS, virtual: Number(isVirtual) })
    .map((row) => row.run_id);
}

/** Runs that began and did not end, oldest first. */
export function unfinishedRunIds(database: Database.Database): readonly string[] {
  return database
    .prepare<[], { run_id: string }>(
      'SELECT run_id FROM run WHERE run_id NOT IN (SELECT run_id FROM run_end) ORDER BY seq',
    )
    .all()
    .map((row) => row.run_id);
}

/** The first run of the batch in which this device ID passed, and was not rejected by the cloud later. */
export function passedInBatch(database: Database.Database, batch: string, deviceId: string): string | undefined {
  return database
    .prepare<[string, string], { run_id: string }>(
      `SELECT run.run_id FROM identifier
       JOIN run_end ON run_end.run_id = identifier.run_id AND run_end.outcome = 'PASS'
       JOIN run ON run.run_id = identifier.run_id AND run.batch = ?
       WHERE ifnull(${LATEST_STATE}, '') <> 'rejected' AND identifier.value = ? AND identifier.kind = 'device-id' AND identifier.seq = run_end.seq
       ORDER BY run.seq LIMIT 1`,
    )
    .get(batch, foldIdentifier(deviceId))?.run_id;
}

/** Ended runs of a batch by outcome, a pass that the cloud rejected later as a fail; outcomes that did not occur are left out. */
export function countOutcomes(database: Database.Database, batch: string): Readonly<Partial<Record<Outcome, number>>> {
  const rows = database
    .prepare<[string], { outcome: Outcome; runs: number }>(
      `SELECT CASE WHEN outcome = 'PASS' AND ${LATEST_STATE} = 'rejected' THEN 'FAIL' ELSE outcome END outcome, count(*) runs
       FROM run JOIN run_end USING (run_id) WHERE batch = ? GROUP BY 1`,
    )
    .all(batch);
  return Object.fromEntries(rows.map(({ outcome, runs }) => [outcome, runs]));
}

/** Further back than this a note says nothing of today. */
const RECENT_ENTRIES = 300_000;

/** The body of the newest note of a kind among the last RECENT_ENTRIES entries; undefined when there is none or it is no object. */
export function lastNote(database: Database.Database, kind: string): Readonly<Record<string, unknown>> | undefined {
  const found = database
    .prepare<[number, string], { body: string }>(
      `SELECT body FROM entry WHERE seq > (SELECT max(seq) FROM entry) - ? AND kind = ? ORDER BY seq DESC LIMIT 1`,
    )
    .get(RECENT_ENTRIES, `note/${kind}`);
  const body = found === undefined ? undefined : parseBody(found.body, kind);
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
}

/** Whether a run of this id has begun, whether it has ended, and whether the cloud has work with its unit. */
export function runState(database: Database.Database, runId: string): 'unknown' | 'open' | 'ended' | 'in the cloud' {
  if (database.prepare('SELECT 1 FROM cloud_work WHERE run_id = ?').get(runId) !== undefined) return 'in the cloud';
  if (database.prepare('SELECT 1 FROM run_end WHERE run_id = ?').get(runId) !== undefined) return 'ended';
  return database.prepare('SELECT 1 FROM run WHERE run_id = ?').get(runId) === undefined ? 'unknown' : 'open';
}

const OR_ENDING = (wanted: string) =>
  wanted.length >= SHORTEST_ENDING ? ' OR (backwards >= :from AND backwards < :upTo)' : '';

function parseBody(body: string, runId: string): unknown {
  try {
    return JSON.parse(body);
  } catch (thrown) {
    throw new StationError('audit/damaged', `An entry of run ${runId} cannot be read.`, { cause: thrown });
  }
}
