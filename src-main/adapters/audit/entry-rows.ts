import type Database from 'better-sqlite3';
import { StationError } from '../../domain/failure.ts';
import { backwards, derivedRowsOf } from './derived-rows.ts';
import { type EntryContent, entryHash, GENESIS, type PlacedEntry } from './entry.ts';
import type { Head } from './head-file.ts';

/** An entry as it lies in the file. */
export type StoredEntry = PlacedEntry & { readonly hash: string };

/** Reads and adds entries; every statement is prepared once. */
export type EntryRows = {
  /** Adds an entry and its search rows; call it inside a transaction. Returns the new head. */
  append(content: EntryContent): Head;
  /** The entry with this number. Throws `audit/damaged` for values that are not text, and what SQLite throws. */
  read(seq: number): StoredEntry | undefined;
  /** The last entry. */
  last(): StoredEntry | undefined;
  /** The highest number ever given, by SQLite's own counter. */
  counter(): number;
  /** The bodies of all entries of a run, in order. */
  ofRun(runId: string): readonly { readonly kind: string; readonly body: string }[];
};

export function entryRows(database: Database.Database): EntryRows {
  const columns = `seq, CAST(at AS BLOB) at, CAST(kind AS BLOB) kind, CAST(run_id AS BLOB) runId, CAST(day AS BLOB) day,
    CAST(body AS BLOB) body, CAST(previous AS BLOB) previous, CAST(hash AS BLOB) hash,
    typeof(at) || typeof(kind) || typeof(run_id) || typeof(day) || typeof(body) || typeof(previous) || typeof(hash) types`;
  const selectOne = database.prepare<[number], RawEntry>(`SELECT ${columns} FROM entry WHERE seq = ?`);
  const selectLast = database.prepare<[], RawEntry>(`SELECT ${columns} FROM entry ORDER BY seq DESC LIMIT 1`);
  const selectRun = database.prepare<[string], { kind: string; body: string }>(
    'SELECT kind, body FROM entry WHERE run_id = ? ORDER BY seq',
  );
  const selectCounter = database.prepare<[], { seq: number }>(`SELECT seq FROM sqlite_sequence WHERE name = 'entry'`);
  const insertEntry = lazily(() =>
    database.prepare(
      `INSERT INTO entry (seq, at, kind, run_id, day, body, previous, hash)
       VALUES (:seq, :at, :kind, :runId, :day, :body, :previous, :hash)`,
    ),
  );
  const insertRun = lazily(() => database.prepare('INSERT INTO run (run_id, seq, batch, day) VALUES (?, ?, ?, ?)'));
  const insertEnd = lazily(() => database.prepare('INSERT INTO run_end (run_id, seq, outcome) VALUES (?, ?, ?)'));
  const insertIdentifier = lazily(() =>
    database.prepare('INSERT INTO identifier (seq, kind, value, backwards, run_id) VALUES (?, ?, ?, ?, ?)'),
  );

  const insertWork = lazily(() =>
    database.prepare('INSERT INTO cloud_work (run_id, seq, batch, awaits_online) VALUES (?, ?, ?, ?)'),
  );
  const insertStep = lazily(() =>
    database.prepare('INSERT INTO cloud_step (seq, run_id, state, done) VALUES (?, ?, ?, ?)'),
  );
  const insertOnline = lazily(() =>
    database.prepare('INSERT INTO online_proof (seq, run_id, verdict, seen) VALUES (?, ?, ?, ?)'),
  );

  const counter = () => selectCounter.get()?.seq ?? 0;
  const last = () => decoded(selectLast.get());
  return {
    counter,
    last,
    read: (seq) => decoded(selectOne.get(seq)),
    ofRun: (runId) => selectRun.all(runId),
    append(content) {
      const before = last();
      const seq = Math.max(before?.seq ?? 0, counter()) + 1;
      const placed = { ...content, seq, previous: before?.hash ?? GENESIS };
      const hash = entryHash(placed);
      insertEntry().run({ ...placed, hash });
      const { run, runEnd, cloudWork, cloudStep, onlineProof, identifiers } = derivedRowsOf(content);
      if (run !== undefined) insertRun().run(run.runId, seq, run.batch, run.day);
      if (runEnd !== undefined) insertEnd().run(runEnd.runId, seq, runEnd.outcome);
      if (cloudWork !== undefined) insertWork().run(cloudWork.runId, seq, cloudWork.batch, cloudWork.awaitsOnline);
      if (cloudStep !== undefined) insertStep().run(seq, cloudStep.runId, cloudStep.state, cloudStep.done);
      if (onlineProof !== undefined) insertOnline().run(seq, onlineProof.runId, onlineProof.verdict, onlineProof.seen);
      for (const { runId, kind, value } of identifiers) {
        insertIdentifier().run(seq, kind, value, backwards(value), runId);
      }
      return { entry: seq, hash };
    },
  };
}

// Text comes as bytes, because decoding replaces what is not UTF-8 and could so hide a changed byte.
type RawEntry = {
  readonly seq: number;
  readonly at: Buffer;
  readonly kind: Buffer;
  readonly runId: Buffer | null;
  readonly day: Buffer | null;
  readonly body: Buffer;
  readonly previous: Buffer;
  readonly hash: Buffer;
  readonly types: string;
};

function decoded(raw: RawEntry | undefined): StoredEntry | undefined {
  if (raw === undefined) return undefined;
  if (!/^texttext(text|null)(text|null)texttexttext$/.test(raw.types)) {
    throw new StationError('audit/damaged', 'holds a value of another kind than text');
  }
  return {
    seq: raw.seq,
    at: strictText(raw.at),
    kind: strictText(raw.kind),
    runId: raw.runId === null ? null : strictText(raw.runId),
    day: raw.day === null ? null : strictText(raw.day),
    body: strictText(raw.body),
    previous: strictText(raw.previous),
    hash: strictText(raw.hash),
  };
}

function strictText(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes);
  } catch (thrown) {
    throw new StationError('audit/damaged', 'holds text that is not UTF-8', { cause: thrown });
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A reader's connection cannot prepare an insert in every case, and never needs one. */
function lazily<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
