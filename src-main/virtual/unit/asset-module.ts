import { readExtensions } from '../../firmware/module-extensions.ts';
import {
  CRC_BYTES,
  hasValidCrc,
  MODULE_FLAG,
  PREFIX_BYTES,
  readPrefix,
  SHORTEST_SUFFIX_BYTES,
} from './flash-module.ts';

/** What an asset module says of its asset (firmware-modules.md 1.8). */
export type AssetModule = {
  readonly name: string;
  /** Of the raw asset, lower-case hex. A unit believes it. */
  readonly sha256: string;
  /** Of the raw asset. */
  readonly sizeBytes: number;
};

/** Reads an asset module as strictly as Device OS does; undefined when anything about it is wrong. */
export function readAssetModule(module: Uint8Array): AssetModule | undefined {
  if (module.length < PREFIX_BYTES + SHORTEST_SUFFIX_BYTES + CRC_BYTES) return undefined;
  const prefix = readPrefix(module.subarray(0, PREFIX_BYTES));
  if (prefix?.function !== 'asset' || (prefix.flags & MODULE_FLAG.dropHeader) === 0) return undefined;
  if ((prefix.flags & MODULE_FLAG.prefixExtensions) !== 0) return undefined;
  if (prefix.endAddress - prefix.startAddress + CRC_BYTES !== module.length || !hasValidCrc(module)) return undefined;

  const view = new DataView(module.buffer, module.byteOffset, module.byteLength);
  const end = module.length - CRC_BYTES;
  const suffixBytes = view.getUint16(end - 2, true);
  const bodyBytes = end - suffixBytes - PREFIX_BYTES;
  if (suffixBytes < SHORTEST_SUFFIX_BYTES || bodyBytes < 0) return undefined;
  const { entries } = readExtensions(module.subarray(end - suffixBytes, end - SHORTEST_SUFFIX_BYTES));
  const name = entries.find(({ type }) => type === NAME)?.data;
  const hash = entries.find(({ type }) => type === HASH)?.data;
  if (name === undefined || name.length === 0 || hash === undefined) return undefined;

  const isCompressed = (prefix.flags & MODULE_FLAG.compressed) !== 0;
  if (isCompressed && (bodyBytes < 8 || module[PREFIX_BYTES + 2] !== 0)) return undefined;
  return {
    name: new TextDecoder().decode(name),
    sha256: Buffer.from(hash.subarray(2, 34)).toString('hex'),
    sizeBytes: isCompressed ? view.getUint32(PREFIX_BYTES + 4, true) : bodyBytes,
  };
}

const HASH = 0x0010;
const NAME = 0x0011;
