import type Database from 'better-sqlite3';
import type { CloudStanding, CloudState, CloudStep, CloudWork, OnlineProof } from '../../domain/cloud-work.ts';
import { StationError } from '../../domain/failure.ts';
import type { CloudQuery } from '../../ports/audit-log.ts';

/** The kinds of entries that tell how far the cloud is with a run's unit. */
export const CLOUD_KINDS: readonly string[] = ['cloud-work', 'cloud-step', 'online-proof'];

/** The state of the run that an outer query calls `run`; null for a run without cloud work. */
export const LATEST_STATE =
  '(SELECT state FROM cloud_step WHERE cloud_step.run_id = run.run_id ORDER BY seq DESC LIMIT 1)';

/** The cloud's side of one run from its entries, in order; undefined for a run without cloud work. */
export function standingOf(
  bodies: readonly { readonly kind: string; readonly body: string }[],
  parse: (body: string) => unknown,
): CloudStanding | undefined {
  const last = (kind: string) => bodies.findLast((entry) => entry.kind === kind)?.body;
  const work = last('cloud-work');
  if (work === undefined) return undefined;
  return standing({ work, step: last('cloud-step') ?? null, online: last('online-proof') ?? null }, parse);
}

/** Work that is not done, oldest first. */
export function openWork(database: Database.Database): readonly CloudStanding[] {
  return standings(
    database,
    `WHERE work.run_id IN (
       SELECT run_id FROM cloud_step WHERE done = 0 AND NOT EXISTS (
         SELECT 1 FROM cloud_step later WHERE later.run_id = cloud_step.run_id AND later.seq > cloud_step.seq))`,
    {},
  );
}

/** Units that are to come online, were not rejected, and have not been seen, late ones among them, oldest first. */
export function awaitedOnline(database: Database.Database): readonly CloudStanding[] {
  const where = `WHERE work.awaits_online = 1 AND ifnull(online.seen, 0) = 0 AND step.state <> 'rejected'`;
  return standings(database, where, {});
}

/** The standings that match, oldest first. */
export function findStandings(database: Database.Database, query: CloudQuery): readonly CloudStanding[] {
  const conditions: string[] = [];
  const values: Record<string, string | number> = {};
  const wants = (value: string | undefined, column: string, name: string): void => {
    if (value === undefined) return;
    conditions.push(`${column} = :${name}`);
    values[name] = value;
  };
  wants(query.batch, 'work.batch', 'batch');
  wants(query.day, 'run.day', 'day');
  wants(query.state, 'step.state', 'state');
  // Few of many: by their own index, not by a look at every unit there ever was.
  if (query.state === 'rejected') {
    conditions.push(`work.run_id IN (SELECT run_id FROM cloud_step WHERE state = 'rejected')`);
  }
  wants(query.online, 'online.verdict', 'online');
  values.limit = query.limit ?? -1;
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return standings(database, where, values, 'LIMIT :limit');
}

/** Units of a batch by state; states that did not occur are left out. */
export function countStates(database: Database.Database, batch: string): Readonly<Partial<Record<CloudState, number>>> {
  const rows = database
    .prepare<[string], { state: CloudState; units: number }>(
      `SELECT ${LATEST_STATE} state, count(*) units FROM cloud_work run WHERE batch = ? GROUP BY 1`,
    )
    .all(batch);
  return Object.fromEntries(rows.map(({ state, units }) => [state, units]));
}

type Bodies = { readonly work: string; readonly step: string | null; readonly online: string | null };

function standings(
  database: Database.Database,
  where: string,
  values: Record<string, string | number>,
  limit = '',
): readonly CloudStanding[] {
  return database
    .prepare<[typeof values], Bodies>(
      `SELECT work_entry.body work, CASE step_entry.kind WHEN 'cloud-step' THEN step_entry.body END step,
         online_entry.body online
       FROM cloud_work work
       JOIN run ON run.run_id = work.run_id
       JOIN entry work_entry ON work_entry.seq = work.seq
       JOIN cloud_step step ON step.seq = (SELECT max(seq) FROM cloud_step WHERE run_id = work.run_id)
       JOIN entry step_entry ON step_entry.seq = step.seq
       LEFT JOIN online_proof online
         ON online.seq = (SELECT max(seq) FROM online_proof WHERE run_id = work.run_id)
       LEFT JOIN entry online_entry ON online_entry.seq = online.seq
       ${where} ORDER BY work.seq ${limit}`,
    )
    .all(values)
    .map((bodies) => standing(bodies, parseBody));
}

function standing({ work: workBody, step, online }: Bodies, parse: (body: string) => unknown): CloudStanding {
  const work = parse(workBody) as CloudWork;
  const { runId, at, reached: state, isDone } = work;
  const last = step === null ? { runId, at, state, isDone } : (parse(step) as CloudStep);
  return online === null ? { work, last } : { work, last, online: parse(online) as OnlineProof };
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (thrown) {
    throw new StationError('audit/damaged', 'An entry of cloud work cannot be read.', { cause: thrown });
  }
}
