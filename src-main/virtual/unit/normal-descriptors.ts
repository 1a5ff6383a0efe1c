import type { SystemEra } from './device-os-era.ts';
import type { FaultSet } from './faults.ts';
import { MICROSOFT_SIGNATURE, MICROSOFT_STRING_INDEX } from './microsoft-descriptors.ts';
import type { UnitPlatform } from './unit-platforms.ts';
import { type DescriptorSet, deviceDescriptor, hexBytes, STRING } from './usb-descriptors.ts';
import { usbSerialText } from './usb-serial-text.ts';

/** The descriptors in normal, listening and safe mode, as device-usb.md 2.2 and 2.3 list them. */
export function normalDescriptors(
  platform: UnitPlatform,
  era: SystemEra,
  deviceId: string,
  faults: FaultSet,
): DescriptorSet {
  const strings = new Map([
    [STRING.manufacturer as number, 'Particle'],
    [STRING.serial, usbSerialText(deviceId, era, 'normal', faults)],
    ...(platform.family === 'stm32' ? stm32Strings(platform, era) : nrfStrings(platform, era)),
  ]);
  if (era.hasMicrosoftDescriptors) strings.set(MICROSOFT_STRING_INDEX, MICROSOFT_SIGNATURE);
  return {
    device: deviceDescriptor({
      classTriple: era.isBeforeComposite ? [0x02, 0, 0] : [0xef, 2, 1],
      productId: platform.platform.usb.normalProductId,
      bcdDevice: platform.family === 'nrf' ? 0x0102 : era.isBeforeComposite ? 0x0200 : 0x0250,
    }),
    configuration: platform.family === 'nrf' ? NRF : era.isBeforeComposite ? STM32_BEFORE_0_6 : STM32,
    strings,
    alternates: era.isBeforeComposite ? [1, 1] : [1, 1, 1],
    hasShortFirstRead: platform.family === 'stm32',
  };
}

/** Number of the vendor interface, which the OS descriptors name. */
export const CONTROL_INTERFACE = 2;

/** The bulk endpoint of the console in both directions, and the silent interrupt endpoints. */
export const CONSOLE_ENDPOINT = 1;

function stm32Strings(platform: UnitPlatform, era: SystemEra): readonly (readonly [number, string])[] {
  const name = platform.usbName.current;
  if (era.isBeforeComposite) return [[STRING.product, name]];
  return [
    [STRING.product, name],
    [4, 'Composite'],
    [9, `${name} Control Interface`],
    [10, `${name} Serial`],
  ];
}

function nrfStrings(platform: UnitPlatform, era: SystemEra): readonly (readonly [number, string])[] {
  const name = era.hasHyphenatedName ? platform.usbName.current : platform.usbName.before58;
  return [
    [STRING.product, `${name} CDC Mode`],
    [4, 'Default configuration'],
    [5, `${name} Serial`],
    [6, `${name} Control Interface`],
  ];
}

const NRF = hexBytes(`
  09 02 54 00 03 01 04 C0 FA
  08 0B 00 02 02 02 01 00
  09 04 00 00 01 02 02 01 00 | 05 24 00 10 01 | 05 24 01 03 01 | 04 24 02 02 | 05 24 06 00 01 | 07 05 82 03 40 00 10
  09 04 01 00 02 0A 00 00 00 | 07 05 81 02 40 00 00 | 07 05 01 02 40 00 00
  09 04 02 00 00 FF FF FF 06`);

const STM32 = hexBytes(`
  09 02 54 00 03 01 04 80 32
  08 0B 00 02 02 02 01 0A
  09 04 00 00 01 02 02 01 0A | 05 24 00 10 01 | 05 24 01 00 01 | 04 24 02 02 | 05 24 06 00 01 | 07 05 83 03 08 00 FF
  09 04 01 00 02 0A 00 00 0A | 07 05 01 02 40 00 FF | 07 05 81 02 40 00 00
  09 04 02 00 00 FF FF FF 09`);

const STM32_BEFORE_0_6 = hexBytes(`
  09 02 43 00 02 01 00 C0 32
  09 04 00 00 01 02 02 01 00 | 05 24 00 10 01 | 05 24 01 00 01 | 04 24 02 02 | 05 24 06 00 01 | 07 05 82 03 08 00 FF
  09 04 01 00 02 0A 00 00 00 | 07 05 01 02 40 00 00 | 07 05 81 02 40 00 00`);
