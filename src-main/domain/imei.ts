import type { Brand } from './brand.ts';
import { ok, type Result, refuse } from './failure.ts';
import { maskedText } from './masked-text.ts';

/** The 15 digits of the cellular modem; they stay when the SIM is changed (seed: IMEI). */
export type Imei = Brand<string, 'Imei'>;

/** Reads an IMEI: exactly 15 digits, blanks between groups taken away. Luhn is a warning only. Else `request/invalid`. */
export function parseImei(text: string): Result<Imei> {
  const digits = text.replaceAll(' ', '');
  if (!/^\d{15}$/.test(digits)) {
    return refuse('request/invalid', `An IMEI is 15 digits; this was ${maskedText(text)}.`);
  }
  return ok(digits as Imei);
}
