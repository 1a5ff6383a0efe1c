/** One type-length-value entry of a prefix or suffix (firmware-modules.md 1.7). `data` without the 4-byte header. */
export type ModuleExtension = { readonly type: number; readonly data: Uint8Array };

export type AssetNeed = { readonly name: string; readonly sha256: string };

export const EXTENSION = {
  end: 0x0000,
  productData: 0x0001,
  hash: 0x0010,
  name: 0x0011,
  assetDependency: 0x0012,
  securityMode: 0x0013,
} as const;

/**
 * Reads entries from the beginning of `bytes` up to and with the END entry. `closed` is false when an entry is malformed or
 * reaches beyond the bytes, or when the bytes run out before END; `length` is how many bytes the good entries took. Bounded:
 * at most MAX_ENTRIES. Unknown types are kept by number: newer tools add some, and a unit skips them.
 */
export function readExtensions(bytes: Uint8Array): {
  readonly entries: readonly ModuleExtension[];
  readonly length: number;
  readonly closed: boolean;
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: ModuleExtension[] = [];
  let at = 0;
  while (at + HEADER_SIZE <= bytes.length && entries.length < MAX_ENTRIES) {
    const type = view.getUint16(at, true);
    const length = view.getUint16(at + 2, true);
    if (type === INVALID || length < HEADER_SIZE || at + length > bytes.length) break;
    const data = bytes.subarray(at + HEADER_SIZE, at + length);
    if (!fits(type, data)) break;
    entries.push({ type, data });
    at += length;
    if (type === EXTENSION.end) return { entries, length: at, closed: true };
  }
  return { entries, length: at, closed: false };
}

/** The assets an application asks for, from its extensions: hash type, hash length, hash, name. */
export function assetNeeds(entries: readonly ModuleExtension[]): readonly AssetNeed[] {
  return entries
    .filter(({ type }) => type === EXTENSION.assetDependency)
    .map(({ data }) => ({
      sha256: Buffer.from(data.subarray(2, 34)).toString('hex'),
      name: new TextDecoder().decode(data.subarray(34)),
    }));
}

const HEADER_SIZE = 4;
const INVALID = 0xffff;
const MAX_ENTRIES = 256;

/** Whether the data has the length its type demands; types without an entry here may have any. */
function fits(type: number, data: Uint8Array): boolean {
  if (type === EXTENSION.assetDependency) return data.length > 34 && data[0] === 0 && data[1] === 32;
  const expected = DATA_LENGTH[type];
  return expected === undefined || data.length === expected;
}

/** PRODUCT_DATA, DYNAMIC_LOCATION, DEPENDENCY, HASH (firmware-modules.md 1.7, its lengths less the header). */
const DATA_LENGTH: Readonly<Record<number, number>> = { 1: 6, 2: 12, 3: 8, 16: 34 };
