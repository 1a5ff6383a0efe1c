import type { UnitIdentity } from './unit-identity.ts';
import type { UnitPlatform } from './unit-platforms.ts';

/** The hardware variant in one-time memory that makes a P2 a Photon 2 (device-usb.md 1.1). */
export const PHOTON_2_VARIANT = 1;

/** How an RTL872x unit calls itself on USB: Photon 2 and P2 are one platform and differ in nothing but this. */
export function rtlName(
  platform: UnitPlatform,
  era: { readonly hasHyphenatedName: boolean; readonly namesPhoton2: boolean },
  identity: Pick<UnitIdentity, 'hardwareVariant'>,
): string {
  const isPhoton2 = platform.platform.name === 'p2' && identity.hardwareVariant === PHOTON_2_VARIANT;
  if (isPhoton2 && era.namesPhoton2) return 'Photon 2';
  return era.hasHyphenatedName ? platform.usbName.current : platform.usbName.before58;
}
