import type { getAssetInfoReply } from './control-messages.ts';
import type { Decoded } from './protobuf-message.ts';

/** The assets of a request 91 reply: those in the unit, and those its application asks for, hashes as lower-case hex (device-usb.md 5.3). */
export function readAssetInfo(reply: Decoded<typeof getAssetInfoReply>): {
  readonly available: readonly NamedAsset[];
  readonly required: readonly NamedAsset[];
} {
  return { available: reply.available.map(named), required: reply.required.map(named) };
}

type NamedAsset = { readonly name: string; readonly sha256: string; readonly sizeBytes?: number };

function named(asset: Decoded<typeof getAssetInfoReply>['available'][number]): NamedAsset {
  const sha256 = [...asset.hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { name: asset.name, sha256, ...(asset.size > 0 ? { sizeBytes: asset.size } : {}) };
}
