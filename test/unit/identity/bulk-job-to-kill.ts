import { openBulkJournal } from '../../../src-main/adapters/identity/bulk-journal.sqlite.ts';
import { openSimImports } from '../../../src-main/adapters/identity/sim-imports.sqlite.ts';
import { parseIccid } from '../../../src-main/domain/iccid.ts';
import { importSims } from '../../../src-main/identity/import-sims.ts';
import type { BulkCloud } from '../../../src-main/ports/cloud.ts';

/**
 * A program that imports SIMs into a cloud that says on standard output what it was asked for, takes effect and never answers: whoever
 * started it kills it then. Arguments: the journal, the data folder, the product, the ICCIDs.
 */
const [, , journalPath = '', data = '', product = '', ...texts] = process.argv;
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
const productId = Number(product);
const job = { kind: 'import-sims', productId, file: 'tray.csv', sha256: 'a'.repeat(64) } as const;
await importSims(items, {
  cloud,
  productId,
  journal: openBulkJournal(journalPath, job, false),
  simImports: openSimImports(data),
  list: 'tray.csv',
  now: () => new Date(),
  signal: new AbortController().signal,
  sleep: async () => {},
});
