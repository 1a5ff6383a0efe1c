import { StationError } from '../../domain/failure.ts';
import type { SupplierLine, SupplierRow } from '../../identity/supplier-line.ts';
import { SAMPLE_ROWS, SupplierList } from '../../identity/supplier-list.ts';
import { openZip, type ZipEntry } from '../store/zip-archive.ts';
import type { WorkbookTexts } from './cell-text.ts';
import { readDateStyles } from './date-styles.ts';
import { readSharedTexts } from './shared-texts.ts';
import { SheetRows } from './sheet-rows.ts';
import { findWorkbookParts } from './workbook-parts.ts';
import { readXmlPart } from './xml-part.ts';

/** A million units with five columns are some 400 MB of XML. It is never in memory as a whole: this bounds the time. */
const LIMITS = { maxEntries: 2000, maxUnpackedBytes: 512 * 1024 * 1024 };

export type SpreadsheetOptions = { readonly mostLines: number; readonly signal: AbortSignal };

/**
 * Reads the first sheet of an .xlsx file that has a line to use; the first sheet of all when none has. It is understood row by row as
 * it is unpacked, so that memory grows with the lines and not with the file, and the process goes on with other work. Hostile until
 * proven otherwise: the zip, its XML and its cells are read within limits. Throws `identity/unreadable-file`.
 */
export async function readSpreadsheet(
  path: string,
  name: string,
  { mostLines, signal }: SpreadsheetOptions,
): Promise<ReadSheet> {
  try {
    const zip = await openZip(path, name, LIMITS);
    try {
      const { sheets, sharedStrings, styles } = await findWorkbookParts(zip, signal);
      const texts = {
        shared: await readSharedTexts(sharedStrings, signal),
        dateStyles: await readDateStyles(styles, signal),
      };
      let first: ReadSheet | undefined;
      for (const { name: sheet, part } of sheets) {
        const lines = await readLines(part, texts, { mostLines, signal });
        if (lines.some(({ kind }) => kind === 'usable')) return { sheet, lines };
        first ??= { sheet, lines };
      }
      if (first === undefined) throw new Error('it has no sheet');
      return first;
    } finally {
      zip.close();
    }
  } catch (thrown) {
    throw new StationError('identity/unreadable-file', sentenceOn(thrown, name), { cause: thrown });
  }
}

/** What is wrong with the zip is a sentence already. */
function sentenceOn(thrown: unknown, name: string): string {
  if (thrown instanceof StationError) return thrown.message;
  const why = thrown instanceof Error ? thrown.message.replace(/\p{Cc}/gu, '?').slice(0, 200) : 'unknown';
  return `${name} cannot be read as a spreadsheet: ${why}.`;
}

type ReadSheet = { readonly sheet: string; readonly lines: readonly SupplierLine[] };

async function readLines(
  part: ZipEntry,
  texts: WorkbookTexts,
  { mostLines, signal }: SpreadsheetOptions,
): Promise<readonly SupplierLine[]> {
  const lines: SupplierLine[] = [];
  /** Rows that wait for the sample to be full. */
  let sample: SupplierRow[] = [];
  let list: SupplierList | undefined;
  const understandSample = (): SupplierList => {
    const ready = new SupplierList(sample);
    for (const row of sample) lines.push(ready.read(row));
    sample = [];
    return ready;
  };
  const take = (row: SupplierRow): void => {
    if (list !== undefined) lines.push(list.read(row));
    else if (sample.push(row) === SAMPLE_ROWS) list = understandSample();
  };
  await readXmlPart(part, new SheetRows(texts, mostLines, take), signal);
  if (list === undefined) understandSample();
  return lines;
}
