import { strToU8, zipSync } from 'fflate';

export type SampleList = { readonly name: string; readonly bytes: Uint8Array };

/** Lists of so many lines as suppliers send them, one line in a hundred of no use. */
export function sampleLists(lines: number): readonly SampleList[] {
  const rows = Array.from({ length: lines }, (_, index) => (index % 100 === 50 ? undefined : unitRow(index)));
  const text = (line: (row: readonly string[]) => string, first: readonly string[]): Uint8Array =>
    strToU8([...first, ...rows.map((row) => (row === undefined ? JUNK : line(row)))].join('\r\n'));
  return [
    { name: 'ids.txt', bytes: text(([, deviceId = '']) => deviceId, []) },
    { name: 'units.csv', bytes: text((row) => row.join(','), [HEADER.join(',')]) },
    { name: 'units-no-header.tsv', bytes: text((row) => row.join('\t'), []) },
    { name: 'units-quoted.csv', bytes: text((row) => row.map((cell) => `"${cell}"`).join(';'), [HEADER.join(';')]) },
    { name: 'units.xlsx', bytes: spreadsheet([HEADER, ...rows.slice(0, SHEET_ROWS).map((row) => row ?? [JUNK])]) },
  ];
}

/** The identifiers of a made-up unit: serial number, device ID, ICCID, IMEI, SKU. */
export function unitRow(index: number): readonly string[] {
  const digits = (length: number): string => String(index).padStart(length, '0');
  return [
    `P046AF${(0x1450000 + index).toString(16).toUpperCase().padStart(9, '0')}`,
    // Scattered, as device IDs are: an index that grows at its end only would flatter the book.
    `e00fce68${((BigInt(index) * 0x9e3779b97f4a7c15n) & 0xffff_ffff_ffff_ffffn).toString(16).padStart(16, '0')}`,
    `8934076500${digits(9)}`,
    `35275309${digits(7)}`,
    'BRN404XKIT',
  ];
}

/** No longer spreadsheet is read. */
const SHEET_ROWS = 19_000;
const HEADER = ['Serial Number', 'Device ID', 'ICCID', 'IMEI', 'SKU'];
const JUNK = 'see packing note 4711';

function spreadsheet(rows: readonly (readonly string[])[]): Uint8Array {
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const rel = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const cells = (row: readonly string[], line: number): string =>
    row
      .map(
        (cell, index) => `<c r="${String.fromCharCode(65 + index)}${line}" t="inlineStr"><is><t>${cell}</t></is></c>`,
      )
      .join('');
  const sheet = rows.map((row, index) => `<row r="${index + 1}">${cells(row, index + 1)}</row>`).join('');
  return zipSync({
    '[Content_Types].xml': strToU8('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
    'xl/workbook.xml': strToU8(
      `<workbook xmlns="${main}" xmlns:r="${rel}"><sheets><sheet name="Units" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': strToU8(
      `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    ),
    'xl/styles.xml': strToU8(
      `<styleSheet xmlns="${main}"><cellXfs count="1"><xf numFmtId="0"/></cellXfs></styleSheet>`,
    ),
    'xl/worksheets/sheet1.xml': strToU8(`<worksheet xmlns="${main}"><sheetData>${sheet}</sheetData></worksheet>`),
  });
}
