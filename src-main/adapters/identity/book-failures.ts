import Database from 'better-sqlite3';
import { StationError } from '../../domain/failure.ts';

/**
 * Any error of SQLite or the file system as a StationError: bytes that make no sense are `identity/damaged`; everything else (disk full,
 * read-only, locked, gone) is `otherwise`. A StationError passes unchanged, and so does a mistake of this program.
 */
export function bookFailure(
  thrown: unknown,
  doing: string,
  otherwise: 'identity/write-failed' | 'identity/damaged',
): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
  if (thrown instanceof StationError || !(thrown instanceof Error) || code === undefined) return thrown;
  const isDamage =
    thrown instanceof Database.SqliteError &&
    (/^SQLITE_(CORRUPT|NOTADB)/.test(code) || /malformed|no such (table|column)/i.test(thrown.message));
  const detail = `${doing}: ${thrown.message} (${code})`;
  return new StationError(isDamage ? 'identity/damaged' : otherwise, detail, { cause: thrown });
}
