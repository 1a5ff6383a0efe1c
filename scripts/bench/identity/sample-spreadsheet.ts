import { strToU8, zipSync } from 'fflate';

/**
 * An .xlsx file of these rows: with its texts in a table beside the sheet, as Excel writes them, or in the cells, as programs do that
 * write a sheet in one go.
 */
export function sampleSpreadsheet(rows: readonly (readonly string[])[], texts: 'shared' | 'inline'): Uint8Array {
  const table = new Map<string, number>();
  const content = (cell: string): string => {
    if (texts === 'inline') return `t="inlineStr"><is><t>${cell}</t></is>`;
    const index = table.get(cell) ?? table.size;
    table.set(cell, index);
    return `t="s"><v>${index}</v>`;
  };
  const cells = (row: readonly string[], line: number): string =>
    row.map((cell, index) => `<c r="${String.fromCharCode(65 + index)}${line}" ${content(cell)}</c>`).join('');
  const sheet = rows.map((row, index) => `<row r="${index + 1}">${cells(row, index + 1)}</row>`).join('');
  const shared = [...table.keys()].map((text) => `<si><t>${text}</t></si>`).join('');
  return zipSync({
    '[Content_Types].xml': strToU8('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
    'xl/workbook.xml': strToU8(
      `<workbook xmlns="${MAIN}" xmlns:r="${REL}"><sheets><sheet name="Units" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': strToU8(
      `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${REL}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    ),
    'xl/sharedStrings.xml': strToU8(`<sst xmlns="${MAIN}">${shared}</sst>`),
    'xl/worksheets/sheet1.xml': strToU8(`<worksheet xmlns="${MAIN}"><sheetData>${sheet}</sheetData></worksheet>`),
  });
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
