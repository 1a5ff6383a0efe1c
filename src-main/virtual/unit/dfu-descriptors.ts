import type { BootloaderEra } from './device-os-era.ts';
import type { FaultSet } from './faults.ts';
import { MICROSOFT_SIGNATURE, MICROSOFT_STRING_INDEX } from './microsoft-descriptors.ts';
import type { UnitPlatform } from './unit-platforms.ts';
import { type DescriptorSet, deviceDescriptor, STRING } from './usb-descriptors.ts';
import { usbSerialText } from './usb-serial-text.ts';

/** String index of the first alternate setting (device-usb.md 2.4: 6 + n on Gen 2 and nRF). */
export const FIRST_ALT_STRING = 6;

/** String index of the text behind errVENDOR on nRF. */
export const VENDOR_ERROR_STRING = 10;

/** String index of the protection state (device-usb.md 2.6). */
export const PROTECTION_STRING = 0xfa;

/** The descriptors in DFU mode, as device-usb.md 2.4 to 2.7 list them. */
export function dfuDescriptors(
  platform: UnitPlatform,
  era: BootloaderEra,
  deviceId: string,
  faults: FaultSet,
): DescriptorSet {
  const isProtected = era.hasProtection && faults.has('protected');
  const alternates = alternateSettings(platform, era, isProtected);
  const isNrf = platform.family === 'nrf';
  const strings = new Map<number, string>([
    [STRING.manufacturer, 'Particle'],
    [STRING.product, `${dfuName(platform, era)} DFU Mode`],
    [STRING.serial, usbSerialText(deviceId, era, 'dfu', faults)],
    ...alternates.map((text, alt): [number, string] => [FIRST_ALT_STRING + alt, text]),
  ]);
  if (isNrf) strings.set(NRF_CONFIGURATION_STRING, 'DFU Configuration');
  if (isNrf) strings.set(VENDOR_ERROR_STRING, 'Device is in protected mode');
  if (era.hasMicrosoftDescriptors) strings.set(MICROSOFT_STRING_INDEX, MICROSOFT_SIGNATURE);
  if (era.hasProtectionString) strings.set(PROTECTION_STRING, `sm=${isProtected ? 'p' : 'o'}\0\0\0\0`);
  return {
    device: deviceDescriptor({
      classTriple: [0, 0, 0],
      productId: platform.platform.usb.dfuProductId,
      bcdDevice: era.bcdDevice,
    }),
    configuration: configuration(alternates.length, isNrf ? NRF_CONFIGURATION_STRING : STRING.product),
    strings,
    alternates: [alternates.length],
    hasShortFirstRead: !isNrf,
  };
}

/** Its text is in no sheet, UNVERIFIED; no tool reads it. */
const NRF_CONFIGURATION_STRING = 4;

function dfuName(platform: UnitPlatform, era: BootloaderEra): string {
  if (era.callsItselfPhoton) return 'Photon';
  return era.hasHyphenatedName ? platform.usbName.current : platform.usbName.before58;
}

/** The DfuSe memory layout of every alternate setting; a protected unit marks all of it "erasable only" (device-usb.md 2.5). */
function alternateSettings(platform: UnitPlatform, era: BootloaderEra, isProtected: boolean): readonly string[] {
  if (platform.family === 'stm32') {
    return ['@Internal Flash   /0x08000000/03*016Ka,01*016Kg,01*064Kg,07*128Kg', '@DCT Flash   /0x00000000/01*016Kg'];
  }
  const external = platform.externalFlashBytes / 4096;
  const open = [
    '@Internal Flash   /0x00000000/1*004Ka,47*004Kg,192*004Kg,4*004Kg,4*004Kg,8*004Ka',
    `@${era.dctName} Flash   /0x00000000/1*016Ke`,
    `@External Flash   /0x80000000/${external}*${era.externalSectorText}Kg`,
  ];
  return isProtected ? open.map((text) => text.replace(/(?<=\dK)[a-g]/g, 'b')) : open;
}

function configuration(alternates: number, stringIndex: number): Uint8Array {
  const length = 9 + 9 * alternates + 9;
  const interfaces = Array.from({ length: alternates }, (_, alt) => [
    ...[9, 4, 0, alt, 0, 0xfe, 0x01, 0x02, FIRST_ALT_STRING + alt],
  ]).flat();
  // Download, upload, will detach; not manifestation tolerant; 255 ms; 4096 bytes; DfuSe 1.1a.
  const functional = [9, 0x21, 0x0b, 0xff, 0x00, 0x00, 0x10, 0x1a, 0x01];
  return Uint8Array.of(9, 2, length, 0, 1, 1, stringIndex, 0xc0, 0x32, ...interfaces, ...functional);
}
