import type { SystemEra } from './device-os-era.ts';
import type { FaultSet } from './faults.ts';
import { MICROSOFT_SIGNATURE, MICROSOFT_STRING_INDEX } from './microsoft-descriptors.ts';
import { rtlNormalDescriptors } from './normal-descriptors-rtl.ts';
import type { UnitIdentity } from './unit-identity.ts';
import { hasHighSpeedCore, type UnitPlatform } from './unit-platforms.ts';
import { type DescriptorSet, deviceDescriptor, hexBytes, STRING } from './usb-descriptors.ts';
import { usbSerialText } from './usb-serial-text.ts';

/** The descriptors in normal, listening and safe mode, as device-usb.md 2.2 and 2.3 list them. */
export function normalDescriptors(
  platform: UnitPlatform,
  era: SystemEra,
  identity: UnitIdentity,
  faults: FaultSet,
): DescriptorSet {
  if (platform.family === 'rtl') return rtlNormalDescriptors(platform, era, identity, faults);
  const strings = new Map([
    [STRING.manufacturer as number, 'Particle'],
    [STRING.serial, usbSerialText(platform, identity.deviceId, era, 'normal', faults)],
    ...(platform.family === 'stm32' ? stm32Strings(platform, era) : nrfStrings(platform, era)),
  ]);
  if (era.hasMicrosoftDescriptors) strings.set(MICROSOFT_STRING_INDEX, MICROSOFT_SIGNATURE);
  return {
    device: deviceDescriptor({
      classTriple: era.isBeforeComposite ? [0x02, 0, 0] : [0xef, 2, 1],
      productId: platform.platform.usb.normalProductId,
      bcdDevice: platform.family === 'nrf' ? 0x0102 : era.isBeforeComposite ? 0x0200 : 0x0250,
    }),
    configuration: platform.family === 'nrf' ? NRF : stm32Configuration(platform, era),
    strings,
    alternates: era.isBeforeComposite ? [1, 1] : [1, 1, 1],
    hasShortFirstRead: platform.family === 'stm32',
  };
}

/** Where console and control interface of a unit are (device-usb.md 2.3). Endpoints without their direction bit. */
export type NormalLayout = {
  /** Which the OS descriptors name. */
  readonly controlInterface: number;
  readonly consoleInterfaces: readonly number[];
  readonly consoleIn: number;
  readonly consoleOut: number;
};

/** RTL872x has the control interface first and other endpoints; all others agree. */
export function normalLayout({ family }: Pick<UnitPlatform, 'family'>): NormalLayout {
  if (family === 'rtl') return { controlInterface: 0, consoleInterfaces: [1, 2], consoleIn: 3, consoleOut: 2 };
  return { controlInterface: 2, consoleInterfaces: [0, 1], consoleIn: 1, consoleOut: 1 };
}

function stm32Strings(platform: UnitPlatform, era: SystemEra): readonly (readonly [number, string])[] {
  const name = platform.usbName.current;
  if (era.isBeforeComposite) return [[STRING.product, platform.platform.isCellular ? name : `${name} with WiFi`]];
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

/** The other USB core of the Photon asks for other polling intervals (device-usb.md 2.3). */
function stm32Configuration(platform: UnitPlatform, era: SystemEra): Uint8Array {
  const isPhoton = hasHighSpeedCore(platform);
  if (era.isBeforeComposite) return isPhoton ? PHOTON_BEFORE_0_6 : STM32_BEFORE_0_6;
  return isPhoton ? PHOTON : STM32;
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

const PHOTON = hexBytes(`
  09 02 54 00 03 01 04 80 32
  08 0B 00 02 02 02 01 0A
  09 04 00 00 01 02 02 01 0A | 05 24 00 10 01 | 05 24 01 00 01 | 04 24 02 02 | 05 24 06 00 01 | 07 05 83 03 08 00 10
  09 04 01 00 02 0A 00 00 0A | 07 05 01 02 40 00 10 | 07 05 81 02 40 00 00
  09 04 02 00 00 FF FF FF 09`);

const PHOTON_BEFORE_0_6 = hexBytes(`
  09 02 43 00 02 01 00 C0 32
  09 04 00 00 01 02 02 01 00 | 05 24 00 10 01 | 05 24 01 00 01 | 04 24 02 02 | 05 24 06 00 01 | 07 05 82 03 08 00 10
  09 04 01 00 02 0A 00 00 00 | 07 05 01 02 40 00 00 | 07 05 81 02 40 00 00`);

const STM32_BEFORE_0_6 = hexBytes(`
  09 02 43 00 02 01 00 C0 32
  09 04 00 00 01 02 02 01 00 | 05 24 00 10 01 | 05 24 01 00 01 | 04 24 02 02 | 05 24 06 00 01 | 07 05 82 03 08 00 FF
  09 04 01 00 02 0A 00 00 00 | 07 05 01 02 40 00 00 | 07 05 81 02 40 00 00`);
