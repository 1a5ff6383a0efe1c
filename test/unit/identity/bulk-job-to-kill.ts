import { openBulkJournal } from '../../../src-main/adapters/identity/bulk-journal.sqlite.ts';
import { openSimLedger } from '../../../src-main/adapters/identity/sim-ledger.sqlite.ts';
import { parseIccid } from '../../../src-main/domain/iccid.ts';
import { importSims } from '../../../src-main/identity/import-sims.ts';
import type { BulkCloud } from '../../../src-main/ports/cloud.ts';

/**
 * A program that imports SIMs into a cloud that says on standard output what it was asked for, takes effect and never answers: whoever
 * started it kills it then. Arguments: the journal, the data folder, the ICCIDs.
 */
const [, , journalPath = '', data = '', ...texts] = process.argv;
const items = texts.flatMap((text, index) => {
  const parsed = parseIccid(text);
  return parsed.ok ? [{ line: index + 1, identifier: parsed.value }] : [];
});
const cloud = {
  listSims: async () => ({ rows: [], totalPages: 1 }),
  sim: async () => undefined,
  importSims: (_product: number, iccids: readonly string[]) => {
    console.log(JSON.stringify(iccids));
    return new Promise(() => setInterval(() => {}, 1000));
  },
} as unknown as BulkCloud;
const job = { kind: 'import-sims', productId: 1, file: 'tray.csv', sha256: 'a'.repeat(64) } as const;
await importSims(items, {
  cloud,
  productId: 1,
  journal: openBulkJournal(journalPath, job, false),
  ledger: openSimLedger(data),
  signal: new AbortController().signal,
  sleep: async () => {},
});
