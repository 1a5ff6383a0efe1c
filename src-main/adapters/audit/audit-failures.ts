import Database from 'better-sqlite3';
import { StationError } from '../../domain/failure.ts';

/**
 * Any error of SQLite or the file system as a StationError: what says that the file is not what was written is
 * `audit/damaged`; everything else (disk full, read-only, locked, gone) is `audit/write-failed` while writing, and told as
 * such. A StationError passes unchanged.
 */
export function auditFailure(thrown: unknown, doing: string): StationError {
  if (thrown instanceof StationError) return thrown;
  const code = errorCode(thrown);
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const detail = `${doing}: ${text}${code === undefined ? '' : ` (${code})`}`;
  return new StationError(isDamage(thrown) ? 'audit/damaged' : 'audit/write-failed', detail, { cause: thrown });
}

/** True when SQLite says the bytes make no sense, as opposed to not being reachable. */
function isDamage(thrown: unknown): boolean {
  const code = errorCode(thrown);
  // A schema that cannot be parsed comes as the general SQLITE_ERROR, with these words.
  const brokenSchema = code === 'SQLITE_ERROR' && /malformed|no such (table|column)/i.test((thrown as Error).message);
  return code?.startsWith('SQLITE_CORRUPT') === true || code === 'SQLITE_NOTADB' || brokenSchema;
}

/** True when another connection holds the lock. */
export function isBusy(thrown: unknown): boolean {
  return errorCode(thrown)?.startsWith('SQLITE_BUSY') === true;
}

/** True when SQLite could not make or open a file it needs. */
export function isUnopenable(thrown: unknown): boolean {
  return (
    errorCode(thrown)?.startsWith('SQLITE_CANTOPEN') === true ||
    errorCode(thrown)?.startsWith('SQLITE_READONLY') === true
  );
}

function errorCode(thrown: unknown): string | undefined {
  if (thrown instanceof Database.SqliteError) return thrown.code;
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return undefined;
}
