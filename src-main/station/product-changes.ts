import type { CommandInput } from '../contract/contract.ts';
import type { DeviceId } from '../domain/device-id.ts';
import type { Iccid } from '../domain/iccid.ts';
import type { ProductChange } from '../domain/product-view.ts';
import {
  approveDevice,
  claimDevice,
  denyDevice,
  describeDevice,
  lockDevice,
  removeDevice,
  unclaimDevice,
  unlockDevice,
} from '../product-view/change-device.ts';
import { deleteFirmware, releaseFirmware, uploadFirmware } from '../product-view/change-firmware.ts';
import { createGroup, deleteGroup } from '../product-view/change-group.ts';
import { activateSim, deactivateSim, reactivateSim, releaseSim } from '../product-view/change-sim.ts';
import type { ProductAccess } from '../product-view/product-access.ts';

/** Makes the change a command asks for. The contract's schema has made its identifiers sure. */
export async function makeChange(access: ProductAccess, input: CommandInput<'changeProduct'>): Promise<ProductChange> {
  switch (input.action) {
    case 'approve':
      return approveDevice(access, input.deviceId as DeviceId, input.confirm);
    case 'deny':
      return denyDevice(access, input.deviceId as DeviceId);
    case 'claim':
      return claimDevice(access, input.deviceId as DeviceId, input.user);
    case 'unclaim':
      return unclaimDevice(access, input.deviceId as DeviceId, input.confirm);
    case 'remove':
      return removeDevice(access, input.deviceId as DeviceId, input.confirm);
    case 'describe':
      return describeDevice(access, input.deviceId as DeviceId, {
        ...given('name', input.name),
        ...given('notes', input.notes),
        ...given('groups', input.groups),
        ...given('isDevelopment', input.isDevelopment),
      });
    case 'lock':
      return lockDevice(access, input.deviceId as DeviceId, { version: input.version, flash: input.flash });
    case 'unlock':
      return unlockDevice(access, input.deviceId as DeviceId);
    case 'activate-sim':
      return activateSim(access, input.iccid as Iccid, input.confirm);
    case 'deactivate-sim':
      return deactivateSim(access, input.iccid as Iccid, input.confirm);
    case 'reactivate-sim':
      return reactivateSim(access, input.iccid as Iccid, input.confirm);
    case 'release-sim':
      return releaseSim(access, input.iccid as Iccid, input.confirm);
    case 'create-group':
      return createGroup(access, { name: input.group, ...given('description', input.description) });
    case 'delete-group':
      return deleteGroup(access, input.group, input.confirm);
    case 'upload-firmware':
      return uploadFirmware(access, {
        bytes: Buffer.from(input.base64, 'base64'),
        fileName: input.fileName,
        version: input.version,
        title: input.title,
        ...given('description', input.description),
      });
    case 'release-firmware':
      return releaseFirmware(
        access,
        input.version,
        {
          ...given('productDefault', input.productDefault),
          ...given('groups', input.groups),
          ...given('immediately', input.immediately),
        },
        input.confirm,
      );
    case 'delete-firmware':
      return deleteFirmware(access, input.version, input.confirm);
  }
}

/** A member that is only there when it was given. */
function given<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: Value };
}
