/** The vendor ID of every Particle device the station handles (device-usb.md 1.1). */
export const PARTICLE_VENDOR_ID = 0x2b04;

const NORMAL_BASE = 0xc000;
const DFU_BASE = 0xd000;
const PLATFORM_MASK = 0x0fff;

/**
 * What a product ID of the vendor says: the mode, and the platform's number. Undefined for a product ID outside both ranges
 * (device-usb.md 1.1: normal = 0xC000 + platform id, DFU = 0xD000 + platform id). Whether the platform is known is another
 * question.
 */
export function readProductId(
  productId: number,
): { readonly mode: 'normal' | 'dfu'; readonly platformId: number } | undefined {
  const platformId = productId & PLATFORM_MASK;
  switch (productId & ~PLATFORM_MASK) {
    case NORMAL_BASE:
      return { mode: 'normal', platformId };
    case DFU_BASE:
      return { mode: 'dfu', platformId };
    default:
      return undefined;
  }
}

/** The product ID of a platform in a mode. */
export function productIdOf(platformId: number, mode: 'normal' | 'dfu'): number {
  return (mode === 'normal' ? NORMAL_BASE : DFU_BASE) | platformId;
}

/** `2b04:c00d`, as tools print it. */
export function formatUsbId(vendorId: number, productId: number): string {
  return `${hex4(vendorId)}:${hex4(productId)}`;
}

/**
 * True for the constant USB serial numbers of Gen 2 firmware before 0.6.0, which are the same on every unit and so say
 * nothing about which one it is (device-usb.md 2.1).
 */
export function isFactoryConstantSerial(usbSerial: string): boolean {
  return /^0{9}[15]0[bc]$/i.test(usbSerial);
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}
