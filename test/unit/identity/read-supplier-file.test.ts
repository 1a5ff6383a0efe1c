import fc from 'fast-check';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { SupplierFile } from '../../../src-main/identity/supplier-line.ts';
import { rawZip } from '../store/hostile-zip.ts';
import { readList, sheetXml, spreadsheet } from './list-file.ts';

const SERIAL = 'P046AF1450000FC';
const DEVICE = 'e00fce68a1b2c3d4e5f60718';
const ICCID = '8934076500002589174';
const IMEI = '352753090041680';
const SECRET = 'ZX4T9QK2MW7B1HC';

const used = (file: SupplierFile) =>
  file.lines.flatMap((line) => (line.kind === 'usable' ? [[line.line, line.identifiers]] : []));
const reasons = (file: SupplierFile) =>
  file.lines.flatMap((line) => (line.kind === 'unusable' ? [[line.line, line.reason]] : []));

describe('a list of one identifier per line', () => {
  it('tells each by its form, whatever stands around it', async () => {
    const file = await readList(
      `\uFEFF${DEVICE.toUpperCase()}\r\n\r\n# tray 7\r\n  ${SERIAL.toLowerCase()} \r\n8934 0765 0000 2589 174F\r\n${IMEI}`,
    );
    expect(used(file)).toEqual([
      [1, { deviceId: DEVICE }],
      [4, { serialNumber: SERIAL }],
      [5, { iccid: ICCID }],
      [6, { imei: IMEI }],
    ]);
    expect(file.counts).toEqual({ usable: 4, duplicate: 0, unusable: 0, blank: 1, comment: 1, header: 0 });
  });

  it('takes the first identifier of each line that has words beside it, and reports lines without one', async () => {
    const file = await readList(`${ICCID} SIM card, 50 pack\nThank you for your order!\n${DEVICE}`);
    expect(used(file)).toEqual([
      [1, { iccid: ICCID }],
      [3, { deviceId: DEVICE }],
    ]);
    expect(reasons(file)).toEqual([[2, 'No device ID, serial number, ICCID or IMEI is in it.']]);
  });

  it('reports the second of two equal lines as a duplicate of the first', async () => {
    const file = await readList(`${DEVICE}\n${ICCID}\n${DEVICE.toUpperCase()}\n`);
    expect(file.lines[2]).toEqual({ kind: 'duplicate', line: 3, identifiers: { deviceId: DEVICE }, of: 1 });
  });

  it.each([
    ['UTF-16 little-endian with a mark', Buffer.from(`\uFEFF${DEVICE}\r\n${ICCID}\r\n`, 'utf16le')],
    ['UTF-16 little-endian without', Buffer.from(`${DEVICE}\n${ICCID}\n`, 'utf16le')],
    ['UTF-16 big-endian with a mark', Buffer.from(`\uFEFF${DEVICE}\n${ICCID}`, 'utf16le').swap16()],
    ['line ends of old Macs', Buffer.from(`${DEVICE}\r${ICCID}\r`)],
  ])('reads %s', async (_name, bytes) => {
    expect(used(await readList(bytes))).toEqual([
      [1, { deviceId: DEVICE }],
      [2, { iccid: ICCID }],
    ]);
  });
});

describe('the mobile secret', () => {
  it.each([
    ['behind a serial number, as a data matrix has it', `${SERIAL} ${SECRET}\n`],
    ['in quotes', `"${SERIAL} ${SECRET}","${DEVICE}"\n`],
    ['in a column of its own without a header', `${SECRET};${SERIAL};${DEVICE}\n`],
    ['in a column of its own with one', `Mobile Secret;Serial No.;ICCID\n${SECRET};${SERIAL};${ICCID}\n`],
    ['in a data-matrix column', `data matrix,sku\n${SERIAL} ${SECRET},BRN404XKIT\n`],
    ['alone', `${SECRET}\n`],
    ['in the wrong column', `iccid\n${SECRET}\n`],
  ])('appears nowhere in what is read when it stands %s', async (_where, text) => {
    const file = await readList(text);
    expect(JSON.stringify(file)).not.toContain(SECRET);
    expect(file.counts.usable + file.counts.unusable).toBe(1);
  });

  it('is not taken for a serial number in a lot whose beginning the table does not have', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `QZ9XAF1450${String(i).padStart(5, '0')},${randomSecret(i)}`);
    const file = await readList(rows.join('\n'));
    expect(used(file).map(([, identifiers]) => identifiers)).toEqual(
      rows.map((row) => ({ serialNumber: row.slice(0, 15) })),
    );
  });
});

describe('a list of columns', () => {
  it.each([
    ['commas', `Serial Number,Device ID,ICCID,IMEI,SKU\n${SERIAL},${DEVICE},${ICCID},${IMEI},BRN404XKIT\n`],
    [
      'semicolons in another order',
      `SIM;SKU;S/N;Core ID;Modem IMEI\n${ICCID};brn404xkit;${SERIAL};${DEVICE};${IMEI}\n`,
    ],
    ['tabs and no header', `${IMEI}\t${ICCID}\tBRN404XKIT\t${DEVICE}\t${SERIAL}\n`],
    [
      'quotes around everything',
      `"serial_number","device_id","iccid","imei","sku"\n"${SERIAL}","${DEVICE}","${ICCID}","${IMEI}","BRN404XKIT"\n`,
    ],
    [
      'the guard of spreadsheets against numbers',
      `sep=,\nserial,device,iccid,imei,sku\n${SERIAL},${DEVICE},="${ICCID}",'${IMEI},BRN404XKIT\n`,
    ],
  ])('is read with %s', async (_how, text) => {
    const file = await readList(text);
    expect(used(file).map(([, identifiers]) => identifiers)).toEqual([
      { serialNumber: SERIAL, deviceId: DEVICE, iccid: ICCID, imei: IMEI, sku: 'BRN404XKIT' },
    ]);
  });

  it('keeps its columns apart where a quoted text has the delimiter in it', async () => {
    const file = await readList(`description,iccid\n"Boron, LTE ""CAT-M1""",${ICCID}\n`);
    expect(used(file)).toEqual([[2, { iccid: ICCID }]]);
  });

  it('loses no line behind a quote that is never closed', async () => {
    const file = await readList(`"${DEVICE}\n${ICCID}\n${IMEI}"\n`);
    expect(used(file)).toEqual([
      [1, { deviceId: DEVICE }],
      [2, { iccid: ICCID }],
      [3, { imei: IMEI }],
    ]);
  });

  it('names the column whose cell is something else, and uses nothing of that line', async () => {
    const file = await readList(`serial,iccid\n${SERIAL},${ICCID}\n${SERIAL},12345\n`);
    expect(reasons(file)).toEqual([[3, 'The ICCID is none: it is 5 characters: 5 digits.']]);
  });

  it('says that a spreadsheet has rounded a number', async () => {
    const file = await readList(`serial,iccid\n${SERIAL},8.93408E+18\n`);
    expect(reasons(file)).toEqual([[2, 'The ICCID was rounded by a spreadsheet; ask the supplier for it as text.']]);
  });

  it('refuses a line that names two units', async () => {
    const file = await readList(`${DEVICE},${DEVICE.replace('a1', 'a2')}\n`);
    expect(reasons(file)).toEqual([[1, 'Two different values are in it: device ID.']]);
  });

  it('takes up another header further down, as files that were put together have it', async () => {
    const file = await readList(`serial,iccid\n${SERIAL},${ICCID}\niccid,serial\n8934076500002589175,${SERIAL}\n`);
    expect(used(file)).toEqual([
      [2, { serialNumber: SERIAL, iccid: ICCID }],
      [4, { serialNumber: SERIAL, iccid: '8934076500002589175' }],
    ]);
  });
});

describe('a spreadsheet', () => {
  it('is read at its first sheet with lines to use, with the row numbers of the sheet', async () => {
    const file = await readList(
      spreadsheet({
        Cover: [['Packing list'], ['Thank you']],
        Units: [
          ['Order 4711'],
          [],
          ['Serial', 'ICCID', 'IMEI'],
          [SERIAL, ICCID, { number: IMEI }],
          [SERIAL, { number: '8.9340765000025897E+18' }, null],
        ],
      }),
      'units.xlsx',
    );
    expect(file.sheet).toBe('Units');
    expect(used(file)).toEqual([[4, { serialNumber: SERIAL, iccid: ICCID, imei: IMEI }]]);
    expect(reasons(file).map(([line]) => line)).toEqual([1, 5]);
  });

  it.each([
    ['a cell far out to the right', '<row r="1"><c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>'],
    ['a row far down', '<row r="9999999"><c r="A9999999"><v>1</v></c></row>'],
    ['a row number past all counting', '<row r="99999999999"/>'],
    ['a place hidden in an entity', '<row r="&#57;9999999"><c r="A1"><v>1</v></c></row>'],
  ])('is refused with %s', async (_what, rows) => {
    const bytes = patched(sheetXml([]).replace('<sheetData>', `<sheetData>${rows}`));
    await expect(readList(bytes, 'far.xlsx')).rejects.toMatchObject({ code: 'identity/unreadable-file' });
  });

  it('is refused when it unpacks to more than any list', async () => {
    const bomb = rawZip([{ name: 'xl/worksheets/sheet1.xml', deflated: true, statedSize: 300 * 1024 * 1024 }]);
    await expect(readList(bomb, 'bomb.xlsx')).rejects.toMatchObject({ code: 'identity/unreadable-file' });
  });

  it('is refused when it is a zip of something else, or cut off', async () => {
    const whole = spreadsheet({ Units: [[SERIAL]] });
    for (const bytes of [zipSync({ 'a.txt': strToU8('a') }), whole.subarray(0, whole.length - 40)]) {
      await expect(readList(bytes, 'other.xlsx')).rejects.toMatchObject({ code: 'identity/unreadable-file' });
    }
  });
});

describe('hostile input', () => {
  it('counts a line of many megabytes as one unusable line and goes on behind it', async () => {
    const file = await readList(`${DEVICE}\n${'x'.repeat(5_000_000)}\n${ICCID}\n`);
    expect(file.lines.map(({ kind }) => kind)).toEqual(['usable', 'unusable', 'usable']);
  });

  it('is no list when it is binary, an old spreadsheet, or not there', async () => {
    const noise = Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251);
    const old = Buffer.from('d0cf11e0a1b11ae1', 'hex');
    for (const bytes of [noise, old, new Uint8Array(2000)]) {
      await expect(readList(bytes)).rejects.toMatchObject({ code: 'identity/unreadable-file' });
    }
  });

  it('accounts for every line exactly once, in order, whatever the bytes are', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        DEVICE,
        SERIAL,
        ICCID,
        IMEI,
        SECRET,
        'serial',
        'iccid',
        '"',
        ',',
        ';',
        '\t',
        ' ',
        '\r\n',
        '\n',
        '\r',
        '#',
        '=',
        '\0',
        '\uFEFF',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(text, async (content) => {
        const bytes = Buffer.from(content);
        const file = await readList(bytes).catch((thrown) => thrown);
        if (file instanceof Error) {
          expect(file).toMatchObject({ code: 'identity/unreadable-file' });
          return;
        }
        expect(file.lines.map((line: { line: number }) => line.line)).toEqual(
          Array.from({ length: file.lines.length }, (_, index) => index + 1),
        );
        const kinds = Object.values(file.counts as Record<string, number>).reduce((sum, one) => sum + one, 0);
        expect(kinds).toBe(file.lines.length);
        if (!isWide(bytes)) expect(file.lines.length).toBe(linesOf(bytes.toString('utf8').replace(/^\uFEFF/, '')));
      }),
      { numRuns: 300 },
    );
  });
});

/** Line ends counted in another way than the reader's. */
function linesOf(text: string): number {
  const ends = text.match(/\r\n|\r|\n/g)?.length ?? 0;
  return text === '' || /[\r\n]$/.test(text) ? ends : ends + 1;
}

function isWide(bytes: Buffer): boolean {
  return bytes.includes(0) && bytes.filter((byte) => byte === 0).length * 3 > bytes.length;
}

function randomSecret(seed: number): string {
  return Array.from({ length: 15 }, (_, i) =>
    'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'.charAt((seed * 131 + i * i * 17 + seed * seed * (i + 3)) % 32),
  ).join('');
}

/** A spreadsheet whose only sheet is this XML. */
function patched(sheet: string): Uint8Array {
  const parts = unzipSync(spreadsheet({ Units: [['x']] }));
  return zipSync({ ...parts, 'xl/worksheets/sheet1.xml': strToU8(sheet) });
}
