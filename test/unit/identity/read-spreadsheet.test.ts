import { describe, expect, it, vi } from 'vitest';
import { readSupplierFile } from '../../../src-main/adapters/identity/read-supplier-file.ts';
import type { SupplierFile } from '../../../src-main/identity/supplier-line.ts';
import { type RawEntry, rawZip } from '../store/hostile-zip.ts';
import { fileOf, readList } from './list-file.ts';
import { inline, MAIN, relation, type WorkbookXml, workbook } from './workbook-file.ts';

vi.setConfig({ testTimeout: 120_000 });

const SERIAL = 'P046AF1450000FC';
const DEVICE = 'e00fce68a1b2c3d4e5f60718';
const ICCID = '8934076500002589174';
const IMEI = '352753090041680';

const read = (xml: WorkbookXml): Promise<SupplierFile> => readList(workbook(xml), 'list.xlsx');
const used = (file: SupplierFile) =>
  file.lines.flatMap((line) => (line.kind === 'usable' ? [[line.line, line.identifiers]] : []));
const reasons = (file: SupplierFile) =>
  file.lines.flatMap((line) => (line.kind === 'unusable' ? [[line.line, line.reason]] : []));
const refusal = (xml: WorkbookXml) =>
  read(xml).then(
    () => 'read',
    ({ code, message }: { code?: string; message: string }) => `${code}: ${message}`,
  );

describe('a long sheet', () => {
  const LONG = 150_000;
  const deviceId = (row: number) => `e00fce68${row.toString(16).padStart(16, '0')}`;
  const row = (number: number): string =>
    `<row r="${number}">${inline(`A${number}`, number % 100 === 50 ? 'see note' : deviceId(number))}</row>`;
  let made: Uint8Array | undefined;
  const long = (): Uint8Array => {
    made ??= workbook({ rows: [Array.from({ length: LONG }, (_, at) => row(at + 1)).join('')] });
    return made;
  };

  it('of 150,000 rows is read to its last one, and each row of no use is told by its number', async () => {
    const file = await readList(long(), 'long.xlsx');
    expect(file.counts).toMatchObject({ usable: LONG - LONG / 100, unusable: LONG / 100, blank: 0 });
    expect(file.lines[LONG - 1]).toEqual({ kind: 'usable', line: LONG, identifiers: { deviceId: deviceId(LONG) } });
    expect(
      file.lines.every(({ kind, line }, at) => line === at + 1 && (line % 100 === 50) === (kind === 'unusable')),
    ).toBe(true);
  });

  it('is read in pieces, between which the process does other work', async () => {
    let turns = 0;
    let isReading = true;
    const turn = (): void => {
      turns += 1;
      if (isReading) setImmediate(turn);
    };
    turn();
    await readList(long(), 'long.xlsx').finally(() => {
      isReading = false;
    });
    expect(turns).toBeGreaterThan(100);
  });

  it('is left where it is when the reading is given up, with the reason', async () => {
    const abort = new AbortController();
    const path = fileOf(long(), 'long.xlsx');
    const reason = new Error('enough');
    // The file has been hashed when its last byte is reported; what follows is the unpacking.
    const reading = readSupplierFile(path, {
      signal: abort.signal,
      progress: (bytes, ofBytes) => {
        if (bytes === ofBytes) setImmediate(() => setImmediate(() => abort.abort(reason)));
      },
    });
    await expect(reading).rejects.toBe(reason);
  });

  it('with a row beyond the millionth is refused, and with empty ones there it is not', async () => {
    const far = (content: string) => `<row r="1">${inline('A1', DEVICE)}</row><row r="1048576">${content}</row>`;
    expect(await refusal({ rows: [far(inline('A1048576', ICCID))] })).toContain('more than 1000000 rows');
    const file = await read({ rows: [far('<c r="A1048576" s="1"/>')] });
    expect(file.lines).toHaveLength(1);
  });
});

describe('the cells of a sheet', () => {
  it('are read by any way to write a text', async () => {
    const file = await read({
      shared: `<si><t>${SERIAL}</t></si><si><r><rPr><b/></rPr><t>e00fce68a1b2</t></r><r><t xml:space="preserve">c3d4e5f60718</t></r></si><si><t>${ICCID}</t><rPh sb="0" eb="1"><t>7777</t></rPh></si><si/><si><t>Größe 漢字</t></si><si><t>${DEVICE}</t></si>`,
      rows: [
        `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v> 1 </v></c></row>` +
          `<row r="2"><c r="A2" t="s"><v>3</v></c><c r="B2" t="str"><f>CONCAT("${IMEI}")</f><v>${ICCID}</v></c></row>` +
          `<row r="3"><c r="A3" t="inlineStr"><is><t>&#x33;5275309<!-- IMEI --></t><t><![CDATA[0041680]]></t></is></c></row>` +
          `<row r="4"><c r="A4" t="inlineStr"><is><t>${ICCID}5_x000D_</t></is></c></row>` +
          `<row r="5"><c r="A5" t="s"><v>2</v></c><c r="B5" t="inlineStr"><is><t>${IMEI}</t><rPh><t>7777</t></rPh></is></c></row>` +
          `<row r="6"><c r="A6" t="s"><v>5</v></c></row><row r="7"><c r="A7" t="s"><v>4</v></c></row>`,
      ],
    });
    expect(used(file)).toEqual([
      [1, { serialNumber: SERIAL, deviceId: DEVICE }],
      [2, { iccid: ICCID }],
      [3, { imei: IMEI }],
      [4, { iccid: `${ICCID}5` }],
      [5, { iccid: ICCID, imei: IMEI }],
      [6, { deviceId: DEVICE }],
    ]);
    expect(reasons(file).map(([line]) => line)).toEqual([7]);
  });

  it.each([
    ['all digits of an ICCID', ICCID, { iccid: ICCID }],
    ['an ICCID with its last digits thrown away', '8.9340765000025897E+18', 'rounded'],
    ['the same with three digits of exponent', '8.9340765000025897E+018', 'rounded'],
    ['the same, written out with zeros', '8934076500002589000', 'rounded'],
    ['the same, written out to the unit', '8934076500002589696', 'rounded'],
    ['an IMEI in the form of Java, which has lost nothing', '3.5275309004168E14', { imei: IMEI }],
    ['an IMEI with a point behind it', `${IMEI}.0`, { imei: IMEI }],
    ['an ICCID in the dress of a date', ICCID, { iccid: ICCID }, '1'],
  ])('that are numbers are used only when no digit is lost: %s', async (_what, number, expected, style = '0') => {
    const file = await read({
      styles: '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>',
      rows: [`<row r="1"><c r="A1" s="${style}"><v>${number}</v></c></row>`],
    });
    if (expected === 'rounded') {
      expect(reasons(file)).toEqual([[1, 'A number was rounded by a spreadsheet; ask the supplier for it as text.']]);
    } else expect(used(file)).toEqual([[1, expected]]);
  });

  it.each([
    ['of a form that all programs know', 'numFmtId="14"'],
    ['of East Asia', 'numFmtId="31"'],
    ['of its own form', 'numFmtId="164"'],
    ['of hours that run on', 'numFmtId="165"'],
  ])('that are dates %s are no identifiers and do not spoil their row', async (_what, format) => {
    const file = await read({
      styles: `<numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd;@"/><numFmt numFmtId="165" formatCode="[h]:00"/><numFmt numFmtId="166" formatCode="[Red]0&quot;days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf ${format}/><xf numFmtId="166"/></cellXfs>`,
      rows: [
        `<row r="1">${inline('A1', 'ICCID')}${inline('B1', 'IMEI')}</row>` +
          `<row r="2"><c r="A2"><v>${ICCID}</v></c><c r="B2" s="1"><v>45678.5</v></c></row>` +
          `<row r="3"><c r="A3"><v>${ICCID}</v></c><c r="B3" t="d"><v>2026-11-28</v></c></row>` +
          `<row r="4"><c r="A4"><v>${ICCID}</v></c><c r="B4" s="2"><v>45678.5</v></c></row>`,
      ],
    });
    expect(file.lines.map(({ kind }) => kind)).toEqual(['header', 'usable', 'duplicate', 'unusable']);
  });

  it('that point nowhere, are too long or of no known kind spoil their row and no other', async () => {
    const file = await read({
      shared: `<si><t>${'x'.repeat(1001)}</t></si>`,
      rows: [
        [
          't="s"><v>7</v>',
          't="s"><v>0</v>',
          `t="str"><v>${'9'.repeat(40_000)}</v>`,
          't="odd"><v>1</v>',
          `><v>${IMEI}</v>`,
        ]
          .map((cell, at) => `<row r="${at + 1}"><c r="A${at + 1}" ${cell}</c>${inline(`B${at + 1}`, DEVICE)}</row>`)
          .join(''),
      ],
    });
    expect(reasons(file)).toEqual([
      [1, 'A cell in it points to a text that the file does not have.'],
      [2, 'A cell in it is longer than 1000 characters.'],
      [3, 'A cell in it is longer than 1000 characters.'],
      [4, 'A cell in it is of a kind that is not known.'],
    ]);
    expect(used(file)).toEqual([[5, { imei: IMEI, deviceId: DEVICE }]]);
  });

  it('that hold an error of a formula make no comment of their row', async () => {
    const file = await read({ rows: [`<row r="1"><c r="A1" t="e"><v>#N/A</v></c>${inline('B1', DEVICE)}</row>`] });
    expect(used(file)).toEqual([[1, { deviceId: DEVICE }]]);
  });

  it('keep the row numbers of the sheet where rows are left out or empty, and none is counted behind the last', async () => {
    const file = await read({
      rows: [
        `<row r="3">${inline('C3', DEVICE)}</row><row r="5"><c r="A5" s="1"/></row><row r="7">${inline('A7', ICCID)}</row><row r="9"/>`,
      ],
    });
    expect(file.lines.map(({ line, kind }) => [line, kind])).toEqual([
      [1, 'blank'],
      [2, 'blank'],
      [3, 'usable'],
      [4, 'blank'],
      [5, 'blank'],
      [6, 'blank'],
      [7, 'usable'],
    ]);
  });

  it('follow each other where they do not say where they are', async () => {
    const text = (content: string) => `<c t="inlineStr"><is><t>${content}</t></is></c>`;
    const file = await read({
      rows: [`<row>${text('IMEI')}${text('ICCID')}</row><row><c/>${text(ICCID)}</row><row r="4">${text(IMEI)}</row>`],
    });
    expect(used(file)).toEqual([
      [2, { iccid: ICCID }],
      [4, { imei: IMEI }],
    ]);
  });

  it('are read the same wherever the pieces in which they are unpacked are cut', async () => {
    const rows = `<row r="1" note="a>b"><c r="A1" t="inlineStr"><is><t>8934&#48;7650<![CDATA[0002]]>589174</t></is></c>${inline('B1', DEVICE)}</row>`;
    // Pieces have 16 KB: the row is moved over the end of the first.
    for (let padding = 16_240; padding > 16_220 - rows.length; padding -= 1) {
      const sheet = `<worksheet xmlns="${MAIN}"><!--${'.'.repeat(padding)}--><sheetData>${rows}</sheetData></worksheet>`;
      const file = await read({ parts: { 'xl/worksheets/sheet1.xml': sheet } });
      expect(used(file), `${padding}`).toEqual([[1, { iccid: ICCID, deviceId: DEVICE }]]);
    }
  });
});

describe('the parts of a workbook', () => {
  it('are found by their relationships, whatever their names, prefixes and case', async () => {
    const sheet = `<x:worksheet xmlns:x="${MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c></x:row></x:sheetData></x:worksheet>`;
    const strict = 'http://purl.oclc.org/ooxml/officeDocument/relationships';
    const file = await read({
      parts: {
        'xl/workbook.xml': null,
        'xl/_rels/workbook.xml.rels': null,
        'xl/sharedStrings.xml': null,
        'xl/worksheets/sheet1.xml': null,
        '_rels/.rels': `<Relationships>${relation('rId1', 'officeDocument', '/book/Main.xml')}</Relationships>`,
        'book/main.xml': `<x:workbook xmlns:x="${MAIN}" xmlns:rel="${strict}"><x:sheets><x:sheet name="Units&#10;" sheetId="1" rel:id="a"/></x:sheets></x:workbook>`,
        'book/_rels/main.xml.rels': `<Relationships><Relationship Id="a" Type="${strict}/worksheet" Target="/book/tray 7.xml"/><Relationship Id="b" Type="${strict}/sharedStrings" Target="../Texts.xml"/></Relationships>`,
        'book/tray 7.xml': sheet,
        'texts.xml': `<x:sst xmlns:x="${MAIN}"><x:si><x:t>${DEVICE}</x:t></x:si></x:sst>`,
      },
    });
    expect(file.sheet).toBe('Units?');
    expect(used(file)).toEqual([[1, { deviceId: DEVICE }]]);
  });

  it('are read at the first sheet with lines to use; a chart is none, and of none the first is told', async () => {
    const words = `<row r="1">${inline('A1', 'Packing list')}</row>`;
    const second = await read({ rows: [words, `<row r="2">${inline('A2', DEVICE)}</row>`, '<broken'] });
    expect([second.sheet, used(second)]).toEqual(['S2', [[2, { deviceId: DEVICE }]]]);
    const none = await read({ rows: [words, ''] });
    expect([none.sheet, none.counts.unusable]).toEqual(['S1', 1]);
    const chart = await read({
      rows: ['', `<row r="1">${inline('A1', DEVICE)}</row>`],
      parts: {
        'xl/worksheets/sheet1.xml': null,
        'xl/_rels/workbook.xml.rels': `<Relationships>${relation('rId1', 'chartsheet', 'charts/1.xml')}${relation('rId2', 'worksheet', 'worksheets/sheet2.xml')}</Relationships>`,
      },
    });
    expect([chart.sheet, chart.counts.usable]).toEqual(['S2', 1]);
  });

  it.each<[string, string, WorkbookXml]>([
    ['no workbook', 'no workbook', { parts: { 'xl/workbook.xml': null } }],
    ['a listed sheet that is not there', 'is missing', { parts: { 'xl/worksheets/sheet1.xml': null } }],
    ['no sheet', 'no sheet', { rows: [] }],
  ])('are refused with %s', async (_what, words, xml) => {
    const said = await refusal(xml);
    expect(said).toContain('identity/unreadable-file');
    expect(said).toContain(words);
  });
});

describe('a hostile spreadsheet is refused whole', () => {
  const good = `<row r="1">${inline('A1', DEVICE)}</row>`;
  const sheet = (xml: string): WorkbookXml => ({ parts: { 'xl/worksheets/sheet1.xml': xml } });

  it.each<[string, string, WorkbookXml]>([
    [
      'declares entities',
      'document type',
      sheet(`<!DOCTYPE w [<!ENTITY a "8934">]><worksheet><sheetData>${good}</sheetData></worksheet>`),
    ],
    ['ends before its sheet does', 'unexpected end', sheet(`<worksheet><sheetData>${good}`)],
    ['closes another element than it opened', 'mismatch', { rows: [`${good}<row r="2"><c r="A2"></row></c>`] }],
    ['has an attribute without quotes', 'quotes', { rows: [`<row r=1>${inline('A1', DEVICE)}</row>`] }],
    ['is nested without end', 'too deep', sheet('<a>'.repeat(100_000))],
    ['has a comment without end', 'too long', sheet(`<worksheet><!--${'<'.repeat(3_000_000)}--></worksheet>`)],
    ['has a tag without end', 'too long', sheet(`<worksheet ${'x'.repeat(3_000_000)}/>`)],
    ['has one row twice', 'out of order', { rows: [`${good}${good}`] }],
    ['has one cell twice', 'cell twice', { rows: [`<row r="1">${inline('A1', DEVICE)}${inline('A1', ICCID)}</row>`] }],
    ['has a cell in another row than it says', 'row 1', { rows: [`<row r="1">${inline('A2', DEVICE)}</row>`] }],
    ['has a cell outside of any row', 'outside', { rows: [inline('A1', DEVICE)] }],
    ['has a row within a row', 'within', { rows: ['<row r="1"><row r="2"/></row>'] }],
    [
      'has more cells than any list',
      'more cells',
      {
        rows: [
          Array.from(
            { length: 63_000 },
            (_, at) => `<row><c t="str"><v>#</v></c><c r="IV${at + 1}"><v>1</v></c></row>`,
          ).join(''),
        ],
      },
    ],
    [
      'has more sheets than any workbook',
      'more sheets',
      { parts: { 'xl/workbook.xml': `<workbook><sheets>${'<sheet r:id="rId1"/>'.repeat(2001)}</sheets></workbook>` } },
    ],
    [
      'has more relations than any workbook',
      'more parts',
      { parts: { 'xl/_rels/workbook.xml.rels': `<Relationships>${'<Relationship/>'.repeat(2001)}</Relationships>` } },
    ],
    ['has more files than any workbook', '2000', { rows: Array.from({ length: 1995 }, () => '') }],
  ])('that %s', async (_what, words, xml) => {
    const said = await refusal(xml);
    expect(said).toContain('identity/unreadable-file');
    expect(said).toContain(words);
  });

  const parts = (lies: Partial<RawEntry>): readonly RawEntry[] => [
    { name: 'xl/workbook.xml', content: '<workbook><sheets><sheet name="S" r:id="a"/></sheets></workbook>' },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: `<Relationships>${relation('a', 'worksheet', 'sheet.xml')}</Relationships>`,
    },
    { name: 'xl/sheet.xml', content: `<worksheet><sheetData>${good}</sheetData></worksheet>`, deflated: true, ...lies },
  ];

  it.each<[string, string, Partial<RawEntry>]>([
    ['unpacks to more than any list', 'unpacks to more', { statedSize: 600 * 1024 * 1024 }],
    ['unpacks to more than it states', 'too many bytes', { statedSize: 20 }],
    ['has another checksum, found behind rows that could be read', 'damaged', { statedCrc: 1 }],
  ])('that %s', async (_what, words, lies) => {
    expect(used(await readList(rawZip(parts({})), 'good.xlsx'))).toEqual([[1, { deviceId: DEVICE }]]);
    await expect(readList(rawZip(parts(lies)), 'bomb.xlsx')).rejects.toMatchObject({
      code: 'identity/unreadable-file',
      message: expect.stringContaining(words),
    });
  });
});
