import type { BootloaderEra } from './device-os-era.ts';
import type { FaultSet } from './faults.ts';
import { MICROSOFT_SIGNATURE, MICROSOFT_STRING_INDEX } from './microsoft-descriptors.ts';
import { protectionText } from './protection-text.ts';
import { rtlName } from './rtl-name.ts';
import type { UnitIdentity } from './unit-identity.ts';
import type { UnitFamily, UnitPlatform } from './unit-platforms.ts';
import { type DescriptorSet, deviceDescriptor, STRING } from './usb-descriptors.ts';
import { usbSerialText } from './usb-serial-text.ts';

/** String indexes of the first alternate setting and of the text behind errVENDOR (device-usb.md 2.4); Gen 2 has none such. */
export const DFU_STRINGS: Readonly<
  Record<UnitFamily, { readonly firstAlternate: number; readonly vendorError: number }>
> = {
  stm32: { firstAlternate: 6, vendorError: 0 },
  nrf: { firstAlternate: 6, vendorError: 10 },
  rtl: { firstAlternate: 5, vendorError: 7 },
};

/** String index of the protection state (device-usb.md 2.6). */
export const PROTECTION_STRING = 0xfa;

/** The descriptors in DFU mode, as device-usb.md 2.4 to 2.7 list them. */
export function dfuDescriptors(
  platform: UnitPlatform,
  era: BootloaderEra,
  identity: UnitIdentity,
  faults: FaultSet,
): DescriptorSet {
  const isProtected = era.hasProtection && faults.has('protected');
  const alternates = alternateSettings(platform, era, isProtected);
  const { firstAlternate, vendorError } = DFU_STRINGS[platform.family];
  const isGen2 = platform.family === 'stm32';
  const product = `${dfuName(platform, era, identity)} DFU Mode`;
  const strings = new Map<number, string>([
    [STRING.manufacturer, 'Particle'],
    [STRING.product, product],
    [STRING.serial, usbSerialText(platform, identity.deviceId, era, 'dfu', faults)],
    ...alternates.map((text, alt): [number, string] => [firstAlternate + alt, text]),
  ]);
  // Its text is in no sheet for nRF, UNVERIFIED; no tool reads it. RTL872x repeats the product (Device OS 6.2.0).
  if (!isGen2) strings.set(CONFIGURATION_STRING, platform.family === 'rtl' ? product : 'DFU Configuration');
  if (!isGen2) strings.set(vendorError, 'Device is in protected mode');
  if (era.hasMicrosoftDescriptors) strings.set(MICROSOFT_STRING_INDEX, MICROSOFT_SIGNATURE);
  if (era.hasProtectionString) strings.set(PROTECTION_STRING, protectionText(faults));
  return {
    device: deviceDescriptor({
      classTriple: [0, 0, 0],
      productId: platform.platform.usb.dfuProductId,
      bcdDevice: era.bcdDevice,
    }),
    configuration: configuration(alternates.length, isGen2 ? STRING.product : CONFIGURATION_STRING, firstAlternate),
    strings,
    alternates: [alternates.length],
    hasShortFirstRead: isGen2,
  };
}

const CONFIGURATION_STRING = 4;

function dfuName(platform: UnitPlatform, era: BootloaderEra, identity: UnitIdentity): string {
  if (platform.family === 'rtl') return rtlName(platform, era, identity);
  if (era.callsItselfPhoton) return 'Photon';
  return era.hasHyphenatedName ? platform.usbName.current : platform.usbName.before58;
}

/** The DfuSe memory layout of every alternate setting; a protected unit marks all of it "erasable only" (device-usb.md 2.5). */
function alternateSettings(platform: UnitPlatform, era: BootloaderEra, isProtected: boolean): readonly string[] {
  if (platform.family === 'stm32') {
    return [
      '@Internal Flash   /0x08000000/03*016Ka,01*016Kg,01*064Kg,07*128Kg',
      '@DCT Flash   /0x00000000/01*016Kg',
      ...(platform.externalFlashBytes === 0 ? [] : ['@Serial Flash   /0x00000000/256*004Kg']),
    ];
  }
  const external = platform.externalFlashBytes / 4096;
  const nrf = [
    '@Internal Flash   /0x00000000/1*004Ka,47*004Kg,192*004Kg,4*004Kg,4*004Kg,8*004Ka',
    `@${era.dctName} Flash   /0x00000000/1*016Ke`,
    `@External Flash   /0x80000000/${external}*${era.externalSectorText}Kg`,
  ];
  const open = platform.family === 'rtl' ? RTL_ALTERNATES : nrf;
  return isProtected ? open.map((text) => text.replace(/(?<=\dK)[a-g]/g, 'b')) : open;
}

const RTL_ALTERNATES = ['@Internal Flash   /0x08000000/2048*004Kg', '@DCT Flash   /0x00000000/1*016Ke'];

function configuration(alternates: number, stringIndex: number, firstAlternate: number): Uint8Array {
  const length = 9 + 9 * alternates + 9;
  const interfaces = Array.from({ length: alternates }, (_, alt) => [
    ...[9, 4, 0, alt, 0, 0xfe, 0x01, 0x02, firstAlternate + alt],
  ]).flat();
  // Download, upload, will detach; not manifestation tolerant; 255 ms; 4096 bytes; DfuSe 1.1a.
  const functional = [9, 0x21, 0x0b, 0xff, 0x00, 0x00, 0x10, 0x1a, 0x01];
  return Uint8Array.of(9, 2, length, 0, 1, 1, stringIndex, 0xc0, 0x32, ...interfaces, ...functional);
}
