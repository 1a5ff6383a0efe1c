import { strToU8 } from 'fflate';
import { sampleSpreadsheet } from './sample-spreadsheet.ts';

export type SampleList = { readonly name: string; readonly bytes: Uint8Array };

/** Lists of so many lines as suppliers send them, one line in a hundred of no use. */
export function sampleLists(lines: number): readonly SampleList[] {
  const rows = Array.from({ length: lines }, (_, index) => (index % 100 === 50 ? undefined : unitRow(index)));
  const text = (line: (row: readonly string[]) => string, first: readonly string[]): Uint8Array =>
    strToU8([...first, ...rows.map((row) => (row === undefined ? JUNK : line(row)))].join('\r\n'));
  const sheet = [HEADER, ...rows.map((row) => row ?? [JUNK])];
  return [
    { name: 'ids.txt', bytes: text(([, deviceId = '']) => deviceId, []) },
    { name: 'units.csv', bytes: text((row) => row.join(','), [HEADER.join(',')]) },
    { name: 'units-no-header.tsv', bytes: text((row) => row.join('\t'), []) },
    { name: 'units-quoted.csv', bytes: text((row) => row.map((cell) => `"${cell}"`).join(';'), [HEADER.join(';')]) },
    { name: 'units.xlsx', bytes: sampleSpreadsheet(sheet, 'shared') },
    { name: 'units-inline.xlsx', bytes: sampleSpreadsheet(sheet, 'inline') },
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

const HEADER = ['Serial Number', 'Device ID', 'ICCID', 'IMEI', 'SKU'];
const JUNK = 'see packing note 4711';
