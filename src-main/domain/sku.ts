import type { Brand } from './brand.ts';
import { type DeviceOsVersion, parseDeviceOsVersion } from './device-os-version.ts';
import { ok, type Result, refuse } from './failure.ts';
import { maskedText } from './masked-text.ts';
import type { PlatformName } from './platform.ts';
import { type SerialNumber, serialPrefix } from './serial-number.ts';
import { type ActivationClass, OTHER_SERIAL_PREFIXES, SKU_TABLE, type SkuEntry } from './sku-table.ts';

export type { ActivationClass, Lifecycle, SimForm } from './sku-table.ts';

/** An order number of the table, in upper case, e.g. `BRN404XKIT`. */
export type Sku = Brand<string, 'Sku'>;

/** All that is known of an order number. */
export type SkuRow = Omit<SkuEntry, 'sku'> & {
  readonly sku: Sku;
  /** True when the SIM is a loose 4FF card that must be imported by ICCID; false when it comes with the device (R22, R23). */
  readonly needsSimImport: boolean;
  /** Never flash an older release than this onto it (firmware-modules.md 6.2); absent where no floor is known. */
  readonly minDeviceOs?: DeviceOsVersion;
};

const ROWS: readonly SkuRow[] = SKU_TABLE.map((entry) => {
  const minDeviceOs = floorOf(entry.sku);
  return {
    ...entry,
    sku: entry.sku as Sku,
    // Every loose card needs its import, and nothing else does: the seed's rule, checked against the table by a test.
    needsSimImport: entry.simForm === '4ff',
    ...(minDeviceOs === undefined ? {} : { minDeviceOs }),
  };
});

const BY_SKU: ReadonlyMap<string, SkuRow> = new Map(ROWS.map((row) => [row.sku, row]));

/** Reads an order number, in either case, with blanks around it; `request/invalid` when the table does not have it. */
export function parseSku(text: string): Result<Sku> {
  const row = BY_SKU.get(text.trim().toUpperCase());
  if (row === undefined) return refuse('request/invalid', `No such SKU is known; this was ${maskedText(text)}.`);
  return ok(row.sku);
}

/** The row of a SKU. Total, because only the table makes a Sku. */
export function skuRow(sku: Sku): SkuRow {
  const row = BY_SKU.get(sku);
  if (row === undefined) throw new TypeError('A Sku that the table does not have was made without parseSku.');
  return row;
}

/** Whether a unit of this platform may be of this SKU. The bare carriers take any platform, so they exclude none. */
export function skuAllowsPlatform(sku: Sku, platform: PlatformName): boolean {
  const { platforms } = skuRow(sku);
  return platforms.length === 0 || platforms.includes(platform);
}

/**
 * The SKUs a serial number may belong to, by its first four characters; often several, and none when the prefix is not
 * known, which is no fault of the unit: new prefixes appear and some kits carry theirs on the box only.
 */
export function skusBySerialNumber(serialNumber: SerialNumber): readonly Sku[] {
  const prefix = serialPrefix(serialNumber);
  return ROWS.filter((row) => row.serialPrefix === prefix).map((row) => row.sku);
}

/** The platforms a serial number may belong to, Wi-Fi kinds included; empty when its prefix is not known. */
export function platformsBySerialNumber(serialNumber: SerialNumber): readonly PlatformName[] {
  const other = OTHER_SERIAL_PREFIXES[serialPrefix(serialNumber)];
  const cellular = skusBySerialNumber(serialNumber).flatMap((sku) => skuRow(sku).platforms);
  return [...new Set(other === undefined ? cellular : [...cellular, other])];
}

/** Whether a SIM was never active before, or was deactivated or released since. */
export type ActivationKind = 'first' | 'again';

/**
 * How long a SIM of this class may stay pending before someone must look, in milliseconds (cloud-api.md 5.5 R27). Activating
 * a sometimes slow one `again` can take days (R26). A pending SIM never fails a unit.
 */
export function activationAlarmMs(activation: ActivationClass, kind: ActivationKind = 'first'): number {
  const day = 24 * 60;
  const minutes = { fast: 5, 'generally-fast': day, 'sometimes-slow': kind === 'first' ? day : 7 * day }[activation];
  return minutes * 60_000;
}

/** Never-below releases by the beginning of the SKU, longest first (firmware-modules.md 6.2; data to 2023-04-20). */
function floorOf(sku: string): DeviceOsVersion | undefined {
  const floors: readonly (readonly [beginning: string, floor: string])[] = [
    ['B404X', '4.0.1'],
    ['BRN404X', '4.0.1'],
    ['E404X', '4.0.1'],
    ['B404', '2.3.0'],
    ['B504E', '5.0.0'],
  ];
  const found = floors.find(([beginning]) => sku.startsWith(beginning));
  if (found === undefined) return undefined;
  const floor = parseDeviceOsVersion(found[1]);
  if (!floor.ok) throw new TypeError(floor.failure.detail);
  return floor.value;
}
