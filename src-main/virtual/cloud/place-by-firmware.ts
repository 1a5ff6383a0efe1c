import type { DeviceRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { isMember } from './firmware-target.ts';

/**
 * Decides at the handshake where a device belongs (cloud-api.md 5.4 R16 to R20). A member stays one, whatever its firmware says. Device OS
 * 4.0 and later never brings a device into a product or into quarantine: who was not pre-added stays outside. Device OS 3.x and
 * earlier that names a product goes into its quarantine, or joins where unknown devices are approved; and firmware that names
 * none, or only the platform, takes a device off the quarantine and denied lists. What a member whose firmware names another
 * product becomes is UNVERIFIED: here it stays where it is.
 */
export function placeByFirmware(
  state: CloudState,
  device: DeviceRecord,
  firmware: { readonly deviceOs: string; readonly productId?: number },
): void {
  if (isMember(device)) return;
  const named = namesProduct(device, firmware) ? state.products.get(firmware.productId ?? 0) : undefined;
  if (named === undefined || named.platformId !== device.platformId) {
    leaveLists(device);
    return;
  }
  if (device.denied && device.productId === named.id) return;
  const isStrangers =
    device.owner !== undefined && !named.team.includes(device.owner) && !named.customers.includes(device.owner);
  device.productId = named.id;
  device.denied = false;
  device.quarantined = named.quarantinesUnknown || isStrangers || (device.isProtected && !named.deviceProtection);
}

function namesProduct(
  device: DeviceRecord,
  { deviceOs, productId }: { readonly deviceOs: string; readonly productId?: number },
): boolean {
  const major = Number.parseInt(deviceOs, 10);
  return Number.isInteger(major) && major < 4 && productId !== undefined && productId !== device.platformId;
}

function leaveLists(device: DeviceRecord): void {
  device.productId = undefined;
  device.quarantined = false;
  device.denied = false;
}
