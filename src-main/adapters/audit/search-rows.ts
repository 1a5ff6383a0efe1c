import type Database from 'better-sqlite3';
import { backwards, type DerivedRows, derivedRowsOf } from './derived-rows.ts';
import type { StoredEntry } from './entry-rows.ts';

/** The search tables, for checking them against the entries they were derived from. */
export type SearchRows = {
  /** Whether the rows of this entry are exactly those it gives. Throws what cannot be read. */
  agree(entry: StoredEntry): boolean;
  /** Numbers for which there are search rows but, being above `last` or below 1, no entry; at most twenty. */
  beyond(last: number): readonly number[];
};

export function searchRows(database: Database.Database): SearchRows {
  const run = database.prepare<[number], NonNullable<DerivedRows['run']>>(
    'SELECT run_id runId, batch, day FROM run WHERE seq = ?',
  );
  const runEnd = database.prepare<[number], NonNullable<DerivedRows['runEnd']>>(
    'SELECT run_id runId, outcome FROM run_end WHERE seq = ?',
  );
  const identifiers = database.prepare<[number], Identifier>(
    'SELECT run_id runId, kind, value, backwards FROM identifier WHERE seq = ? ORDER BY kind',
  );
  const strays = database.prepare<{ last: number }, { seq: number }>(
    `${TABLES.map((table) => `SELECT seq FROM ${table} WHERE seq > :last OR seq < 1`).join(' UNION ')} LIMIT 20`,
  );
  return {
    agree(entry) {
      const wanted = derivedRowsOf(entry);
      return (
        canonical(run.all(entry.seq), runEnd.all(entry.seq), identifiers.all(entry.seq)) ===
        canonical(
          wanted.run === undefined ? [] : [wanted.run],
          wanted.runEnd === undefined ? [] : [wanted.runEnd],
          wanted.identifiers.map((row) => ({ ...row, backwards: backwards(row.value) })),
        )
      );
    },
    beyond: (last) => strays.all({ last }).map((row) => row.seq),
  };
}

const TABLES = ['run', 'run_end', 'identifier'];

type Identifier = DerivedRows['identifiers'][number] & { readonly backwards: string };

function canonical(
  runs: readonly NonNullable<DerivedRows['run']>[],
  runEnds: readonly NonNullable<DerivedRows['runEnd']>[],
  identifiers: readonly Identifier[],
): string {
  return JSON.stringify([
    runs.map(({ runId, batch, day }) => [runId, batch, day]),
    runEnds.map(({ runId, outcome }) => [runId, outcome]),
    identifiers.map(({ runId, kind, value, backwards: reversed }) => [runId, kind, value, reversed]),
  ]);
}
