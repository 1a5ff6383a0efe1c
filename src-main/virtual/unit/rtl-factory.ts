import { generateModule } from '../../../firmware/generate-module.ts';
import type { Platform } from '../../domain/platform.ts';

/** Every RTL872x device ID begins so, and goes on with the 12 digits of the Wi-Fi MAC address (device-usb.md 1.3). */
export const RTL_ID_PREFIX = '0a10aced2021';

/** The maker's half of the MAC addresses seen in public examples; UNVERIFIED for other batches. */
export const RTL_MAC_MAKER = '94944a';

/**
 * The first part of the boot code, which the factory encrypts for each unit and no release brings in a form that could be flashed
 * (firmware-modules.md 3.4, 4.5). The model keeps it as a plain module of version 2, with its prefix at 0: both UNVERIFIED.
 */
export function masterBootRecord(platform: Platform): Uint8Array {
  return generateModule({
    function: 'bootloader',
    index: 1,
    version: 2,
    platformId: platform.id,
    start: 0x0800_0000,
    prefixOffset: 0,
    payloadLength: 4096,
    dependencies: [],
    suffix: { kind: 'dynamic', productId: 0xffff, productVersion: 0xffff, loadOffset: undefined },
    seed: platform.id,
  });
}
