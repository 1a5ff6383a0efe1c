import { getAssetInfoReply } from '../../protocol/control-messages.ts';
import { requiredAssets } from './required-assets.ts';
import type { Session, UnitHardware } from './unit-hardware.ts';

/** The reply to request 91: assets that lie in the unit, and those its application asks for, without sizes (device-usb.md 5.3). */
export function assetInfoReply({ flash, assets }: UnitHardware, { boot }: Session): Uint8Array {
  const application = boot.modules.find(
    (module) => module.function === 'user-part' && module.slot.store === 'main' && module.isIntact,
  );
  const read = (address: number, length: number): Uint8Array | undefined => flash.read(address, length);
  const required = application === undefined ? [] : requiredAssets(read, application);
  return getAssetInfoReply.encode({
    available: (assets?.list() ?? []).map(({ name, sha256, sizeBytes, storageBytes }) => ({
      hash: Buffer.from(sha256, 'hex'),
      name,
      size: sizeBytes,
      storageSize: storageBytes,
    })),
    required: required.map(({ name, sha256 }) => ({ hash: Buffer.from(sha256, 'hex'), name })),
  });
}
