import type { DeviceOsVersion } from './device-os-version.ts';
import { type Failure, failure } from './failure.ts';

/**
 * How the firmware on a unit says which product it is for (cloud-api.md R16 to R18):
 *
 * - `by-list`: not at all. From Device OS 4.0 on PRODUCT_ID is left out and the cloud's list of devices decides.
 * - `wildcard`: Device OS 1.5 to 3.x, PRODUCT_ID(PLATFORM_ID): the list decides as well.
 * - `by-name`: Device OS up to 3.x, PRODUCT_ID(n) of this product.
 * - `foreign`: another product's number, or a number where there should be none.
 */
export type ProductBinding = 'by-list' | 'wildcard' | 'by-name' | 'foreign';

/**
 * How this firmware is bound to a product. `productIdInFirmware` is the field of its suffix, which holds the platform ID where
 * PRODUCT_ID was left out or is the wildcard (firmware-modules.md 6.1, gate 10); the era is that of the Device OS it was built with.
 */
export function productBinding(
  productIdInFirmware: number | undefined,
  product: { readonly id: number; readonly platformId: number },
  era: 'since-4.0' | 'before-4.0',
): ProductBinding {
  if (era === 'since-4.0') return productIdInFirmware === product.platformId ? 'by-list' : 'foreign';
  if (productIdInFirmware === product.id) return 'by-name';
  return productIdInFirmware === product.platformId ? 'wildcard' : 'foreign';
}

/** Whether firmware built with this Device OS can have the wildcard: 1.5 to 3.x (R18). */
export function canHaveWildcard(deviceOs: DeviceOsVersion): boolean {
  const [major = 0, minor = 0] = deviceOs.split('.').map(Number);
  return major === 1 ? minor >= 5 : major === 2 || major === 3;
}

/** What the product does with unknown units that name it (`settings.quarantine` of the product, cloud-api.md 2.10). */
export type UnknownUnits = 'quarantine' | 'auto-approve';

/**
 * What becomes of a unit when it connects. `outside`: it comes online as nobody's unit, does not show in the product, and gets none of
 * its firmware. Quarantine and auto-approve exist only for firmware that names its product, which ends with 3.x (R16, R17); with the
 * wildcard the pre-add is required as well (R18). Pre-adding is always right, and the factory's (R21).
 */
export function whenConnecting(
  unit: { readonly isPreAdded: boolean; readonly binding: ProductBinding },
  unknownUnits: UnknownUnits,
): 'member' | 'quarantined' | 'outside' {
  if (unit.isPreAdded) return 'member';
  if (unit.binding !== 'by-name') return 'outside';
  return unknownUnits === 'auto-approve' ? 'member' : 'quarantined';
}

/**
 * What becomes of a unit that was removed from the product, when it connects the next time with the same firmware: one whose firmware
 * still names the product comes back as a denied device (R20), and leaves that list only with other firmware (R19).
 */
export function whenConnectingAfterRemoval(
  binding: ProductBinding,
  unknownUnits: UnknownUnits,
): ReturnType<typeof whenConnecting> {
  return whenConnecting({ isPreAdded: false, binding }, unknownUnits);
}

/**
 * Why a unit may not be removed from its product yet: somebody still owns it, and a removed unit is no longer reachable through the
 * product to be unclaimed (R9). Undefined when it may.
 */
export function removalRefusal(unit: {
  readonly deviceId: string;
  readonly owner: string | undefined;
}): Failure | undefined {
  if (unit.owner === undefined) return undefined;
  return failure('cloud/still-claimed', `${unit.deviceId} is claimed by ${unit.owner}; unclaim it, then remove it.`);
}

/** Whether a unit has to be claimed to do its work (R5, R6). Going online never needs it (R3). */
export function needsClaim(use: {
  readonly isInProduct: boolean;
  /** Photon and P1 set up by the phone SDK. */
  readonly hasPhoneSetUp?: boolean;
  /** A webhook in the claimer's sandbox, instead of one of the product. */
  readonly hasSandboxWebhook?: boolean;
}): boolean {
  return !use.isInProduct || use.hasPhoneSetUp === true || use.hasSandboxWebhook === true;
}
