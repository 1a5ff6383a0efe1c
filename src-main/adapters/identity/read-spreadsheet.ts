import { zipSync } from 'fflate';
import readXlsxFile, { type CellValue } from 'read-excel-file/node';
import { StationError } from '../../domain/failure.ts';
import type { SupplierLine } from '../../identity/supplier-line.ts';
import { SAMPLE_ROWS, SupplierList } from '../../identity/supplier-list.ts';
import { openZip } from '../store/zip-archive.ts';

/** Unpacked sizes: a sheet of 20,000 units with six columns has some 8 MB of XML. */
const LIMITS = { maxEntries: 2000, maxUnpackedBytes: 64 * 1024 * 1024 };
/** A cell far out makes the reader fill up everything before it. */
const MOST_COLUMNS = 256;
const MOST_CELLS = 2_000_000;
/** The reader cuts a sheet into pieces by the clock, and runs out of stack on long sheets of a busy computer. */
const MOST_ROWS = 20_000;

/**
 * Reads the first sheet of an .xlsx file that has a line to use; the first sheet of all when none has. Hostile until proven otherwise:
 * the zip is unpacked here within limits and only then given to the reader, and no cell may lie far out. A number cell keeps its text as
 * the file has it, so that an ICCID that was rounded is seen and not taken. Throws `identity/unreadable-file`.
 */
export async function readSpreadsheet(
  path: string,
  name: string,
): Promise<{ readonly sheet: string; readonly lines: readonly SupplierLine[] }> {
  try {
    const parts = await unpack(path, name);
    for (const bytes of Object.values(parts)) checkCells(bytes);
    const sheets = await readXlsxFile(Buffer.from(zipSync(parts, { level: 0 })), { parseNumber: (text) => text });
    const read = sheets.map(({ sheet, data }) => ({ sheet, lines: understand(data) }));
    const first = read.find(({ lines }) => lines.some(({ kind }) => kind === 'usable')) ?? read[0];
    if (first === undefined) throw new RangeError('it has no sheet');
    return first;
  } catch (thrown) {
    const isTooLong = thrown instanceof RangeError && thrown.message.includes('call stack');
    if (isTooLong)
      throw new StationError('identity/unreadable-file', `${name} is too long a spreadsheet; save it as .csv.`);
    const why = thrown instanceof Error ? thrown.message.replace(/\p{Cc}/gu, '?').slice(0, 200) : 'unknown';
    throw new StationError('identity/unreadable-file', `${name} cannot be read as a spreadsheet: ${why}`, {
      cause: thrown,
    });
  }
}

/** The parts the reader looks at, unpacked within limits and held against their checksums. */
async function unpack(path: string, name: string): Promise<Record<string, Uint8Array>> {
  const zip = await openZip(path, name, LIMITS);
  try {
    const parts: Record<string, Uint8Array> = {};
    for (const file of zip.files) {
      if (/\.xml(\.rels)?$/.test(file.path)) parts[file.path] = await file.read();
    }
    return parts;
  } finally {
    zip.close();
  }
}

/** Every row and cell says in `r` where it is: a row number, or letters and a row number. */
function checkCells(bytes: Uint8Array): void {
  let rows = 0;
  let columns = 0;
  for (const [, , place = ''] of Buffer.from(bytes).toString('latin1').matchAll(PLACE)) {
    const [, letters, digits] = /^([A-Z]{0,3})(\d{1,7})$/.exec(place) ?? [];
    if (letters === undefined) throw new RangeError('a cell in it does not say where it is.');
    rows = Math.max(rows, Number(digits));
    columns = Math.max(
      columns,
      [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0),
    );
  }
  if (rows > MOST_ROWS) throw new RangeError(`it has more than ${MOST_ROWS} rows; save it as .csv.`);
  if (columns > MOST_COLUMNS || rows * columns > MOST_CELLS) throw new RangeError('cells in it lie too far out.');
}

const PLACE = /(?<![\w:.-])r\s*=\s*(["'])([^"']*)\1/g;

function understand(data: readonly (readonly (CellValue<string> | null)[])[]): readonly SupplierLine[] {
  const rows = data.map((cells, index) => ({ line: index + 1, cells: cells.map(textOf) }));
  const list = new SupplierList(rows.slice(0, SAMPLE_ROWS));
  return rows.map((row) => {
    const isLong = row.cells.some((cell) => cell.length > LONGEST_CELL);
    return list.read(isLong ? { ...row, broken: `A cell in it is longer than ${LONGEST_CELL} characters.` } : row);
  });
}

const LONGEST_CELL = 1000;

function textOf(value: CellValue<string> | null): string {
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' ? String(value) : ''; // dates and nothing: no identifier
}
