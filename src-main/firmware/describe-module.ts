import type { JsonObject } from '../domain/json.ts';
import { platformById } from '../domain/platform.ts';
import { releasesOf } from './device-os-releases.ts';
import type { FirmwareModule } from './firmware-module.ts';

/**
 * A parsed module as JSON, for `firmware inspect` and for records. Addresses as hex text, hashes as lower-case hex; absent
 * product data is null. Stable: scripts read it.
 */
export function describeModule(module: FirmwareModule): JsonObject {
  return {
    file: module.fileName,
    sizeBytes: module.bytes.length,
    fileSha256: module.fileSha256,
    function: module.function,
    index: module.index,
    version: module.version,
    deviceOs: module.function === 'system-part' ? releasesOf(module.version) : [],
    platformId: module.platformId,
    platform: platformById(module.platformId)?.name ?? null,
    startAddress: hex(module.startAddress),
    endAddress: hex(module.endAddress),
    prefixOffset: module.prefixOffset,
    flags: module.flags,
    dependencies: module.dependencies,
    productId: module.productId ?? null,
    productVersion: module.productVersion ?? null,
    suffixSize: module.suffixSize,
    extensions: module.extensionTypes,
    assets: module.assets,
    sha256: module.sha256,
    crc32: module.crc32,
  };
}

function hex(address: number): string {
  return `0x${address.toString(16).padStart(8, '0')}`;
}
