import { type ColumnKind, cleanCell, readCell } from './read-cell.ts';

/**
 * The columns a header line names, in order; undefined when the line is none: it must name at least one identifier, and hold none. A
 * column with another name is `other`: the file says what it is, and it is not ours.
 */
export function readHeader(cells: readonly string[]): readonly ColumnKind[] | undefined {
  const kinds = cells.map((cell) => COLUMN_NAMES.get(plainName(cell)) ?? 'other');
  if (!kinds.some((kind) => kind !== 'other' && kind !== 'secret' && kind !== 'sku')) return undefined;
  const holdsIdentifier = cells.some((cell) => readCell(cell).sure.length > 0);
  return holdsIdentifier ? undefined : kinds;
}

/** Letters and digits of a name in lower case: `Serial No.`, `SERIAL_NO` and `serial no` are one. */
function plainName(cell: string): string {
  return cleanCell(cell)
    .slice(0, LONGEST_NAME)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

const LONGEST_NAME = 60;

/** Spellings in use for the identifiers of cloud-api.md 5.7, with the vendor's name before them or not. */
const SPELLINGS: Readonly<Record<Exclude<ColumnKind, 'other'>, readonly string[]>> = {
  deviceId: ['deviceid', 'deviceids', 'devid', 'device', 'coreid', 'unitid', 'deviceidhex', 'did'],
  serialNumber: [
    ...[
      'serialnumber',
      'serialnumbers',
      'serialno',
      'serialnr',
      'serialnum',
      'serial',
      'serials',
      'sn',
      'sno',
      'serno',
    ],
    ...['unitserial', 'unitserialnumber', 'deviceserial', 'deviceserialnumber', 'moduleserialnumber', 'serialid'],
    // The content of the data matrix: serial number, blank, mobile secret.
    ...['datamatrix', 'barcode', '2dcode', '2dbarcode', 'label', 'labelcode', 'scan', 'qrcode', 'code', 'serialsecret'],
  ],
  iccid: [
    ...['iccid', 'iccids', 'iccidnumber', 'simiccid', 'iccidsim', 'sim', 'simid', 'simno', 'simnumber', 'simserial'],
    ...['simserialnumber', 'simcard', 'simcardnumber', 'simcardid', 'ccid'],
  ],
  imei: ['imei', 'imeis', 'imeinumber', 'imeino', 'modemimei', 'modemid', 'deviceimei', 'imeinr'],
  sku: [
    'sku',
    'skus',
    'partnumber',
    'partno',
    'pn',
    'part',
    'productsku',
    'productcode',
    'ordernumber',
    'ordercode',
    'mpn',
    'model',
  ],
  secret: [
    'mobilesecret',
    'secret',
    'mobilesecretkey',
    'setupsecret',
    'blesecret',
    'blekey',
    'mobilekey',
    'setupkey',
    'claimsecret',
  ],
};

const COLUMN_NAMES: ReadonlyMap<string, ColumnKind> = new Map(
  (Object.keys(SPELLINGS) as (keyof typeof SPELLINGS)[]).flatMap((kind) =>
    SPELLINGS[kind].flatMap((name) => [[name, kind] as const, [`particle${name}`, kind] as const]),
  ),
);
