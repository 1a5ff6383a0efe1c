import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterAll } from 'vitest';
import { readSupplierFile } from '../../../src-main/adapters/identity/read-supplier-file.ts';
import type { SupplierFile } from '../../../src-main/identity/supplier-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'linewright-lists-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;

/** A file with these bytes, in a folder that goes away after the tests. */
export function fileOf(content: string | Uint8Array, name = 'list.csv'): string {
  files += 1;
  const path = join(folder, `${files}-${name}`);
  writeFileSync(path, content);
  return path;
}

/** Reads these bytes as a supplier's file. */
export async function readList(content: string | Uint8Array, name?: string): Promise<SupplierFile> {
  return readSupplierFile(fileOf(content, name), { signal: new AbortController().signal });
}

export type SheetCell = string | { readonly number: string };

/** A small spreadsheet as Excel writes it, with inline strings. */
export function spreadsheet(sheets: Readonly<Record<string, readonly (readonly (SheetCell | null)[])[]>>): Uint8Array {
  const names = Object.keys(sheets);
  const xml = (text: string) => strToU8(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${text}`);
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const rel = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const packageRel = 'http://schemas.openxmlformats.org/package/2006/relationships';
  const parts: Record<string, Uint8Array> = {
    '[Content_Types].xml': xml('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
    'xl/workbook.xml': xml(
      `<workbook xmlns="${main}" xmlns:r="${rel}"><sheets>${names.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join('')}</sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': xml(
      `<Relationships xmlns="${packageRel}">${names.map((_, i) => `<Relationship Id="rId${i + 1}" Type="${rel}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`).join('')}</Relationships>`,
    ),
    'xl/styles.xml': xml(`<styleSheet xmlns="${main}"><cellXfs count="1"><xf numFmtId="0"/></cellXfs></styleSheet>`),
  };
  for (const [i, name] of names.entries()) parts[`xl/worksheets/sheet${i + 1}.xml`] = xml(sheetXml(sheets[name] ?? []));
  return zipSync(parts);
}

export function sheetXml(rows: readonly (readonly (SheetCell | null)[])[]): string {
  const cell = (value: SheetCell | null, row: number, column: number): string => {
    const place = `${String.fromCharCode(65 + column)}${row + 1}`;
    if (value === null) return '';
    if (typeof value !== 'string') return `<c r="${place}"><v>${value.number}</v></c>`;
    return `<c r="${place}" t="inlineStr"><is><t>${value}</t></is></c>`;
  };
  const lines = rows.map(
    (cells, row) => `<row r="${row + 1}">${cells.map((one, i) => cell(one, row, i)).join('')}</row>`,
  );
  return `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${lines.join('')}</sheetData></worksheet>`;
}
