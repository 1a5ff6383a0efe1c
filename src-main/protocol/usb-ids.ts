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
