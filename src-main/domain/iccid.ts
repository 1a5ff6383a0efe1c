import type { Brand } from './brand.ts';
import { ok, type Result, refuse } from './failure.ts';
import { maskedText } from './masked-text.ts';

/** The 19 to 21 digits of a SIM card, beginning with 89 (seed: ICCID). */
export type Iccid = Brand<string, 'Iccid'>;

/**
 * Reads an ICCID: 19 to 21 digits beginning with 89, after blanks between groups and one trailing F (the filler half-byte
 * of a 19-digit number, which some modems print) are taken away (cloud-api.md 5.7). The Luhn digit is not looked at: real
 * cards pass it, documented samples do not; ask passesLuhn for a warning. Else `request/invalid`.
 */
export function parseIccid(text: string): Result<Iccid> {
  const digits = text.replaceAll(' ', '').replace(/F$/i, '');
  if (!/^89\d{17,19}$/.test(digits)) {
    return refuse('request/invalid', `An ICCID is 19 to 21 digits beginning with 89; this was ${maskedText(text)}.`);
  }
  return ok(digits as Iccid);
}
