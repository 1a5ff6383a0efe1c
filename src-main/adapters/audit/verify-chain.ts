import type Database from 'better-sqlite3';
import type { AuditVerdict } from '../../ports/audit-log.ts';
import { entryHash, GENESIS } from './entry.ts';
import type { EntryRows, StoredEntry } from './entry-rows.ts';
import type { Head } from './head-file.ts';
import { schemaDefects } from './schema.ts';
import { type SearchRows, searchRows } from './search-rows.ts';

type Defect = { readonly entry: number | undefined; readonly what: string };
type Note = (entry: number | undefined, what: string) => void;

/** More defects than this are counted, not told. */
const MOST_DEFECTS = 100;
/** Characters hashed to find out where misplaced entries belong; when they are spent, an entry is only said to be changed. */
const SEARCH_CHARACTERS = 100_000_000;

/**
 * Walks the whole log and says whether it is what was written: the schema with its triggers, SQLite's own check of the
 * file, every entry against its hash and the one before it, the search rows against the entries, and the end against
 * SQLite's counter and the head file. Run it inside one read transaction, with the head read before that began. Never
 * throws for damage: what cannot be read is a defect with the number of its entry.
 */
export function verifyChain(
  database: Database.Database,
  entries: EntryRows,
  head: Head | undefined | 'unreadable',
): AuditVerdict {
  const defects: Defect[] = [];
  let untold = 0;
  const note: Note = (entry, what) => {
    if (defects.length < MOST_DEFECTS) defects.push({ entry, what });
    else untold += 1;
  };
  const walked = walk(database, entries, head, note);
  attempt(note, 'The database schema cannot be read', () => {
    for (const defect of schemaDefects(database)) note(undefined, defect);
  });
  attempt(note, 'The database file cannot be checked', () => {
    const said = database.pragma('integrity_check(20)') as readonly { integrity_check: string }[];
    for (const { integrity_check: finding } of said)
      if (finding !== 'ok') note(entryIn(finding), `SQLite: ${oneLine(finding)}`);
  });
  if (untold > 0) defects.push({ entry: undefined, what: `${untold} more defects are not listed.` });
  if (defects.length > 0) return { intact: false, entries: walked.count, defects };
  return { intact: true, entries: walked.count, head: walked.lastHash };
}

function walk(
  database: Database.Database,
  entries: EntryRows,
  head: Head | undefined | 'unreadable',
  note: Note,
): { count: number; lastHash: string } {
  const search = searchRows(database);
  const homeOf = createHomeSearch();
  const next = database.prepare<[number], { seq: number | null }>('SELECT min(seq) seq FROM entry WHERE seq > ?');
  const end = lastNumber(database, entries, head, note);
  let before: StoredEntry | 'unsure' | undefined;
  let count = 0;
  for (let seq = 1; seq <= end; seq += 1) {
    const entry = readOr(entries, seq, note);
    if (entry === undefined) {
      const following =
        attempt(
          () => undefined,
          '',
          () => next.get(seq)?.seq,
        ) ?? end + 1;
      const last = Math.min(following - 1, end);
      note(seq, last > seq ? `Entries ${seq} to ${last} are missing.` : `Entry ${seq} is missing.`);
      seq = last;
      before = 'unsure';
      continue;
    }
    count += 1;
    if (entry === 'unreadable') {
      before = 'unsure';
      continue;
    }
    const isWhole = checkEntry(entries, entry, before, homeOf, note);
    if (isWhole) checkSearchRows(search, entry, note);
    if (typeof head === 'object' && head.entry === seq && isWhole && head.hash !== entry.hash) {
      note(seq, `Entry ${seq} is not the one the head file knows: it was replaced.`);
    }
    before = isWhole ? entry : 'unsure';
  }
  attempt(note, 'The search rows cannot be read', () => {
    for (const seq of search.beyond(end)) note(seq, `There are search rows for entry ${seq}, which does not exist.`);
  });
  return { count, lastHash: typeof before === 'object' ? before.hash : GENESIS };
}

/** The number up to which there must be entries: the highest that any of table, counter and head file tells. */
function lastNumber(
  database: Database.Database,
  entries: EntryRows,
  head: Head | undefined | 'unreadable',
  note: Note,
): number {
  const ends = attempt(note, 'The entries cannot be counted', () =>
    database
      .prepare<[], { first: number | null; last: number | null }>('SELECT min(seq) first, max(seq) last FROM entry')
      .get(),
  );
  const counter = attempt(note, "SQLite's counter of entries cannot be read", () => entries.counter());
  const last = ends?.last ?? 0;
  if (ends?.first !== null && ends?.first !== undefined && ends.first < 1) {
    note(ends.first, `There is an entry with the impossible number ${ends.first}.`);
  }
  if (counter !== undefined && counter !== last) {
    note(
      counter > last ? undefined : last,
      `SQLite's counter says the last entry is ${counter}, but the last one there is ${last}.`,
    );
  }
  if (head === 'unreadable') note(undefined, 'The head file beside the log was changed.');
  if (head === undefined && last > 0)
    note(undefined, 'The head file beside the log is missing: its end is not proved.');
  const told = Math.max(last, counter ?? 0, typeof head === 'object' ? head.entry : 0);
  // A number beyond reason comes from a damaged page, not from entries; the walk would never end.
  return Math.min(told, Number.MAX_SAFE_INTEGER - 1);
}

function readOr(entries: EntryRows, seq: number, note: Note): StoredEntry | 'unreadable' | undefined {
  try {
    return entries.read(seq);
  } catch (thrown) {
    note(seq, `Entry ${seq} cannot be read: ${reason(thrown)}.`);
    return 'unreadable';
  }
}

/** Whether the entry is itself; a defect is told of the entry that is wrong, not of the one after it. */
function checkEntry(
  entries: EntryRows,
  entry: StoredEntry,
  before: StoredEntry | 'unsure' | undefined,
  homeOf: HomeSearch,
  note: Note,
): boolean {
  const { seq } = entry;
  if (entryHash(entry) !== entry.hash) {
    const home = homeOf(entry);
    if (home === undefined) note(seq, `Entry ${seq} was changed.`);
    else if (
      attempt(
        () => undefined,
        '',
        () => entries.read(home)?.hash,
      ) === entry.hash
    ) {
      note(seq, `Entry ${seq} is a duplicate of entry ${home}.`);
    } else note(seq, `Entry ${seq} is out of order: it was written as entry ${home}.`);
    return false;
  }
  const previous = before === undefined ? GENESIS : before;
  if (previous === 'unsure') return true;
  const expected = typeof previous === 'string' ? previous : previous.hash;
  if (entry.previous !== expected) {
    if (seq === 1) note(1, 'Entry 1 is not the beginning of this log.');
    else note(seq - 1, `Entry ${seq - 1} was replaced: entry ${seq} was written after another one.`);
  }
  return true;
}

/** The number under which an entry was written, when it is whole but not in its place. */
type HomeSearch = (entry: StoredEntry) => number | undefined;

/** One search for a whole walk: a log of which every entry was changed must not take hours. */
function createHomeSearch(): HomeSearch {
  let left = SEARCH_CHARACTERS;
  return (entry) => {
    for (let distance = 1; distance <= 1000; distance += 1) {
      for (const seq of [entry.seq - distance, entry.seq + distance]) {
        if (left <= 0) return undefined;
        if (seq < 1) continue;
        left -= entry.body.length;
        if (entryHash({ ...entry, seq }) === entry.hash) return seq;
      }
    }
    return undefined;
  };
}

function checkSearchRows(search: SearchRows, entry: StoredEntry, note: Note): void {
  const { seq } = entry;
  attempt(
    (_entry, what) => note(seq, what),
    `The search rows of entry ${seq} cannot be read`,
    () => {
      if (!search.agree(entry)) note(seq, `The search rows of entry ${seq} were changed.`);
    },
  );
}

/** SQLite numbers the rows of the entry table as we do; those of the other tables it only counts. */
function entryIn(finding: string): number | undefined {
  const match = /^row (\d+) missing from index entry_by_run$/.exec(finding);
  return match === null ? undefined : Number(match[1]);
}

function oneLine(finding: string): string {
  return finding.replace(/^\*\*\* in database main \*\*\*\n/, '').replaceAll('\n', '; ');
}

function attempt<Value>(note: Note, what: string, read: () => Value): Value | undefined {
  try {
    return read();
  } catch (thrown) {
    note(undefined, `${what}: ${reason(thrown)}.`);
    return undefined;
  }
}

function reason(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
