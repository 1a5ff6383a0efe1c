import { strToU8, type Zippable, zipSync } from 'fflate';

export const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE_REL = 'http://schemas.openxmlformats.org/package/2006/relationships';

/** What of a workbook is not as the plainest one has it. XML of whole parts, without the declaration. */
export type WorkbookXml = {
  /** The content of `sheetData`, of each sheet. */
  readonly rows?: readonly string[];
  /** The content of `sst`. */
  readonly shared?: string;
  /** The content of `styleSheet`. */
  readonly styles?: string;
  /** Parts by their path, written over the others; null for one that is not there. */
  readonly parts?: Readonly<Record<string, string | null>>;
};

/** A workbook with its parts written by hand; its sheets are `S1`, `S2` … */
export function workbook({ rows = [''], shared, styles, parts = {} }: WorkbookXml): Uint8Array {
  const all: Record<string, string | null> = { ...plainParts(rows, shared, styles), ...parts };
  const files: Zippable = {};
  for (const [path, xml] of Object.entries(all)) {
    if (xml !== null) files[path] = strToU8(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n${xml}`);
  }
  return zipSync(files, { level: 1 });
}

function plainParts(rows: readonly string[], shared = '', styles = ''): Record<string, string> {
  const sheets = rows.map((_, at) => `<sheet name="S${at + 1}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`).join('');
  const relations = rows
    .map((_, at) => relation(`rId${at + 1}`, 'worksheet', `worksheets/sheet${at + 1}.xml`))
    .join('');
  const others = relation('rIdS', 'sharedStrings', 'sharedStrings.xml') + relation('rIdT', 'styles', 'styles.xml');
  return {
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    '_rels/.rels': `<Relationships xmlns="${PACKAGE_REL}">${relation('rId1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${REL}"><sheets>${sheets}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE_REL}">${relations}${others}</Relationships>`,
    'xl/sharedStrings.xml': `<sst xmlns="${MAIN}">${shared}</sst>`,
    'xl/styles.xml': `<styleSheet xmlns="${MAIN}">${styles}</styleSheet>`,
    ...Object.fromEntries(
      rows.map((row, at) => [
        `xl/worksheets/sheet${at + 1}.xml`,
        `<worksheet xmlns="${MAIN}"><dimension ref="A1"/><sheetData>${row}</sheetData><pageMargins left="0.7"/></worksheet>`,
      ]),
    ),
  };
}

export function relation(id: string, type: string, target: string): string {
  return `<Relationship Id="${id}" Type="${REL}/${type}" Target="${target}"/>`;
}

/** A cell with an inline text. */
export function inline(place: string, text: string): string {
  return `<c r="${place}" t="inlineStr"><is><t>${text}</t></is></c>`;
}
