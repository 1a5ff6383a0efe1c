import { StationError } from '../../domain/failure.ts';
import { deletionRefusal } from '../../domain/firmware-target.ts';
import type { ProductFirmware } from '../../ports/product-firmware.ts';
import { isUnknownHere } from './absent.ts';
import type { Send } from './cloud-sender.ts';
import { type FirmwareReads, versionPath } from './firmware-reads.ts';

/**
 * Deletes a version (cloud-api.md 2.9). The SDK has no such call (4.2). That it is released now is seen before anything is sent; that it
 * was released once, only the cloud knows, and what it answers then is UNVERIFIED: any refusal but one of the token is taken for it.
 */
export function firmwareDeletion(send: Send, reads: FirmwareReads): Pick<ProductFirmware, 'delete'> {
  return {
    async delete(productId, version, options) {
      const path = versionPath(productId, version);
      const found = (await reads.list(productId, options)).find((firmware) => firmware.version === version);
      if (found === undefined) return;
      const refusal = deletionRefusal(version, found);
      if (refusal !== undefined) throw new StationError(refusal.code, refusal.detail);
      try {
        await send({ method: 'DELETE', path, isAbsence: isUnknownHere, acceptsEmpty: true }, options);
      } catch (thrown) {
        if (!(thrown instanceof StationError) || thrown.code !== 'cloud/refused') throw thrown;
        const detail = `Product ${productId} does not delete version ${version}: ${thrown.message}`;
        throw new StationError('cloud/firmware-released', detail, { cause: thrown, evidence: thrown.evidence ?? {} });
      }
    },
  };
}
