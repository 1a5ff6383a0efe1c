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
  const cloudWork = database.prepare<[number], NonNullable<DerivedRows['cloudWork']>>(
    'SELECT run_id runId, batch, awaits_online awaitsOnline FROM cloud_work WHERE seq = ?',
  );
  const cloudStep = database.prepare<[number], NonNullable<DerivedRows['cloudStep']>>(
    'SELECT run_id runId, state, done FROM cloud_step WHERE seq = ?',
  );
  const onlineProof = database.prepare<[number], NonNullable<DerivedRows['onlineProof']>>(
    'SELECT run_id runId, verdict, seen FROM online_proof WHERE seq = ?',
  );
  const strays = database.prepare<{ last: number }, { seq: number }>(
    `${TABLES.map((table) => `SELECT seq FROM ${table} WHERE seq > :last OR seq < 1`).join(' UNION ')} LIMIT 20`,
  );
  return {
    agree(entry) {
      const wanted = derivedRowsOf(entry);
      const { seq } = entry;
      return (
        canonical({
          runs: run.all(seq),
          runEnds: runEnd.all(seq),
          identifiers: identifiers.all(seq),
          cloudWorks: cloudWork.all(seq),
          cloudSteps: cloudStep.all(seq),
          onlineProofs: onlineProof.all(seq),
        }) ===
        canonical({
          runs: [wanted.run].filter((row) => row !== undefined),
          runEnds: [wanted.runEnd].filter((row) => row !== undefined),
          identifiers: wanted.identifiers.map((row) => ({ ...row, backwards: backwards(row.value) })),
          cloudWorks: [wanted.cloudWork].filter((row) => row !== undefined),
          cloudSteps: [wanted.cloudStep].filter((row) => row !== undefined),
          onlineProofs: [wanted.onlineProof].filter((row) => row !== undefined),
        })
      );
    },
    beyond: (last) => strays.all({ last }).map((row) => row.seq),
  };
}

const TABLES = ['run', 'run_end', 'identifier', 'cloud_work', 'cloud_step', 'online_proof'];

type Identifier = DerivedRows['identifiers'][number] & { readonly backwards: string };

type Rows = {
  readonly runs: readonly NonNullable<DerivedRows['run']>[];
  readonly runEnds: readonly NonNullable<DerivedRows['runEnd']>[];
  readonly identifiers: readonly Identifier[];
  readonly cloudWorks: readonly NonNullable<DerivedRows['cloudWork']>[];
  readonly cloudSteps: readonly NonNullable<DerivedRows['cloudStep']>[];
  readonly onlineProofs: readonly NonNullable<DerivedRows['onlineProof']>[];
};

function canonical({ runs, runEnds, identifiers, cloudWorks, cloudSteps, onlineProofs }: Rows): string {
  return JSON.stringify([
    runs.map(({ runId, batch, day }) => [runId, batch, day]),
    runEnds.map(({ runId, outcome }) => [runId, outcome]),
    identifiers.map(({ runId, kind, value, backwards: reversed }) => [runId, kind, value, reversed]),
    cloudWorks.map(({ runId, batch, awaitsOnline }) => [runId, batch, awaitsOnline]),
    cloudSteps.map(({ runId, state, done }) => [runId, state, done]),
    onlineProofs.map(({ runId, verdict, seen }) => [runId, verdict, seen]),
  ]);
}
