import type { Brand } from './brand.ts';
import { ok, type Result, refuse } from './failure.ts';
import { maskedText } from './masked-text.ts';

/** The Particle serial number of the label and of one-time memory, in upper case; never the USB serial string. */
export type SerialNumber = Brand<string, 'SerialNumber'>;

/**
 * Reads a serial number in any of its forms: `P` and three digits (`P046AF1450000FC`), a model id first (`E310…`,
 * `E40K…`), or old with dashes (`PH-170413-HZ74-0`): 6 to 20 letters, digits and dashes, upper-cased (cloud-api.md 5.7).
 * Deliberately no stricter, because not all prefixes are known; but every known form starts with a letter and has a
 * digit, which keeps shop barcodes and words out. Else `request/invalid`.
 */
export function parseSerialNumber(text: string): Result<SerialNumber> {
  if (!/^(?=.*\d)[A-Z][A-Z0-9-]{5,19}$/i.test(text)) {
    return refuse(
      'request/invalid',
      `A serial number is 6 to 20 letters, digits and dashes, a letter first; this was ${maskedText(text)}.`,
    );
  }
  return ok(text.toUpperCase() as SerialNumber);
}

/** The first four characters: the product code, of which skusBySerialNumber (sku.ts) knows many. */
export function serialPrefix(serialNumber: SerialNumber): string {
  return serialNumber.slice(0, 4);
}
