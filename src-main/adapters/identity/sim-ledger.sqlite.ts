import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { StationError } from '../../domain/failure.ts';
import type { SimImportLedger } from '../../ports/bulk-journal.ts';
import { bookFailure } from './book-failures.ts';

/**
 * Opens the ledger of a data folder, making it when it is not there. `isTakenMs` is how long an import may be queued before a SIM that
 * does not show was not taken: a day, the slowest class of a first activation (cloud-api.md R27).
 */
export function openSimLedger(
  dataFolder: string,
  {
    now = () => new Date(),
    isTakenMs = 24 * 3600 * 1000,
  }: { readonly now?: () => Date; readonly isTakenMs?: number } = {},
): SimImportLedger {
  const file = join(resolve(dataFolder), 'sim-imports.sqlite');
  const attempt = <Value>(doing: string, work: () => Value): Value => {
    try {
      return work();
    } catch (thrown) {
      throw bookFailure(thrown, `${doing} ${file}`, 'identity/write-failed');
    }
  };
  const database = attempt('Opening', () => open(resolve(dataFolder), file));
  const find = database.prepare<[number, string], { at: string }>(
    'SELECT at FROM asked WHERE product_id = ? AND iccid = ?',
  );
  const put = database.prepare('INSERT OR REPLACE INTO asked (product_id, iccid, at) VALUES (?, ?, ?)');
  const drop = database.prepare('DELETE FROM asked WHERE product_id = ? AND iccid = ?');
  const mayAsk = (productId: number, iccid: string): boolean => {
    const at = find.get(productId, iccid)?.at;
    return at === undefined || now().getTime() - Date.parse(at) > isTakenMs;
  };
  return {
    claim: (productId, iccids) =>
      attempt('Writing', () =>
        database
          .transaction(() => {
            const claimed = iccids.filter((iccid) => mayAsk(productId, iccid));
            for (const iccid of claimed) put.run(productId, iccid, now().toISOString());
            return claimed;
          })
          .immediate(),
      ),
    notTaken: (productId, iccids) =>
      attempt('Writing', () =>
        database
          .transaction(() => {
            for (const iccid of iccids) drop.run(productId, iccid);
          })
          .immediate(),
      ),
    close: () => database.close(),
  };
}

/** "LwSL": tells the ledger from any other database. */
const APPLICATION_ID = 0x4c77534c;
const VERSION = 1;
const BUSY_TIMEOUT_MS = 10_000;

function open(folder: string, file: string): Database.Database {
  mkdirSync(folder, { recursive: true });
  const database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.pragma('trusted_schema = OFF');
    database.pragma('cell_size_check = ON');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('fullfsync = ON');
    database.transaction(() => begin(database)).immediate();
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function begin(database: Database.Database): void {
  const number = (pragma: string): number => Number(database.pragma(pragma, { simple: true }));
  if (database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined) {
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${VERSION}`);
    database.exec(`
      CREATE TABLE asked (
        product_id INTEGER NOT NULL,
        iccid TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (product_id, iccid)
      ) STRICT, WITHOUT ROWID`);
    return;
  }
  if (number('application_id') === APPLICATION_ID && number('user_version') === VERSION) return;
  throw new StationError('identity/damaged', 'The file is no ledger of SIM imports of this version.');
}
