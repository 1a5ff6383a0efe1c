import type { DeviceId } from '../../domain/device-id.ts';
import { StationError } from '../../domain/failure.ts';
import { removalRefusal } from '../../domain/membership-rules.ts';
import type { CloudOptions } from '../../ports/cloud.ts';
import type { CloudDevices } from '../../ports/cloud-devices.ts';
import { isUnknownDevice, isUnknownHere } from './absent.ts';
import { askBySdk } from './ask-by-sdk.ts';
import type { Send } from './cloud-sender.ts';
import { notInProduct } from './device-calls.ts';
import { readDevice } from './device-views.ts';

/**
 * Devices on their way out of a product (cloud-api.md 2.7, R8, R9, R19, R20). No request here touches a SIM. Each is proven by reading the
 * device afterwards, and each is done when the cloud already has it so.
 */
export function deviceDepartures(send: Send): Pick<CloudDevices, 'unclaim' | 'remove' | 'deny'> {
  return {
    async unclaim(productId, deviceId, options) {
      const before = await readDevice(send, productId, deviceId, options);
      if (before === undefined) throw notInProduct(productId, deviceId);
      if (before.owner === undefined) return;
      // What the cloud says of one that is unclaimed already is UNVERIFIED; the device is read in any case.
      const unclaimed = { isAbsence: isUnknownHere, acceptsEmpty: true };
      await askBySdk(send, options, (sdk) => sdk.removeDeviceOwner({ product: productId, deviceId }), unclaimed);
      const after = await readDevice(send, productId, deviceId, options);
      if (after?.owner === undefined) return;
      const detail = `${deviceId} still belongs to ${after.owner} after it was unclaimed.`;
      throw new StationError('cloud/still-claimed', detail);
    },

    async remove(productId, deviceId, options) {
      const before = await readDevice(send, productId, deviceId, options);
      if (before === undefined) return;
      const refusal = removalRefusal({ deviceId, owner: before.owner });
      if (refusal !== undefined) throw new StationError(refusal.code, refusal.detail);
      await askToGo(productId, deviceId, undefined, options);
      if ((await readDevice(send, productId, deviceId, options)) === undefined) return;
      throw new StationError('cloud/refused', `Product ${productId} still has ${deviceId} after it was removed.`);
    },

    async deny(productId, deviceId, options) {
      const before = await readDevice(send, productId, deviceId, options);
      if (before === undefined || before.denied) return;
      if (!before.quarantined) {
        // The same request without a body would take a member out of the product.
        const detail = `${deviceId} is not in quarantine in product ${productId}; only such a unit can be denied.`;
        throw new StationError('request/invalid', detail);
      }
      await askToGo(productId, deviceId, 'denied', options);
    },
  };

  async function askToGo(productId: number, deviceId: DeviceId, as: 'denied' | undefined, options: CloudOptions) {
    const order = { product: productId, deviceId, ...(as === undefined ? {} : { deny: true }) };
    const gone = { isAbsence: isUnknownDevice, acceptsEmpty: true };
    await askBySdk(send, options, (sdk) => sdk.removeDevice(order), gone);
  }
}
