import type { SystemEra } from './device-os-era.ts';
import { PROTECTION_STRING } from './dfu-descriptors.ts';
import type { FaultSet } from './faults.ts';
import { MICROSOFT_SIGNATURE, MICROSOFT_STRING_INDEX } from './microsoft-descriptors.ts';
import { protectionText } from './protection-text.ts';
import { rtlName } from './rtl-name.ts';
import type { UnitIdentity } from './unit-identity.ts';
import type { UnitPlatform } from './unit-platforms.ts';
import { type DescriptorSet, deviceDescriptor, hexBytes, STRING } from './usb-descriptors.ts';
import { usbSerialText } from './usb-serial-text.ts';

/**
 * The descriptors of an RTL872x unit in normal, listening and safe mode (device-usb.md 2.2, 2.3): the control interface comes
 * first, the console is interfaces 1 and 2, and the protection state is answered here too.
 */
export function rtlNormalDescriptors(
  platform: UnitPlatform,
  era: SystemEra,
  identity: UnitIdentity,
  faults: FaultSet,
): DescriptorSet {
  const name = rtlName(platform, era, identity);
  const strings = new Map<number, string>([
    [STRING.manufacturer, 'Particle'],
    [STRING.product, name],
    [STRING.serial, usbSerialText(platform, identity.deviceId, era, 'normal', faults)],
    [4, name],
    [5, `${name} Control Interface`],
    [6, `${name} USB Serial`],
    [MICROSOFT_STRING_INDEX, MICROSOFT_SIGNATURE],
  ]);
  if (era.hasProtectionString) strings.set(PROTECTION_STRING, protectionText(faults));
  return {
    device: deviceDescriptor({
      classTriple: [0xef, 2, 1],
      productId: platform.platform.usb.normalProductId,
      bcdDevice: 0x0251,
    }),
    configuration: CONFIGURATION,
    strings,
    alternates: [1, 1, 1],
    hasShortFirstRead: false,
  };
}

const CONFIGURATION = hexBytes(`
  09 02 54 00 03 01 04 80 FA
  09 04 00 00 00 FF FF FF 05
  08 0B 01 02 02 02 01 06
  09 04 01 00 01 02 02 01 06 | 05 24 00 10 01 | 05 24 01 00 02 | 04 24 02 02 | 05 24 06 01 02 | 07 05 81 03 08 00 10
  09 04 02 00 02 0A 00 00 06 | 07 05 02 02 40 00 10 | 07 05 83 02 40 00 10`);
