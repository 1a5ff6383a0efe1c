import { parseDeviceId } from '../domain/device-id.ts';
import type { Result } from '../domain/failure.ts';
import { parseIccid } from '../domain/iccid.ts';
import { parseImei } from '../domain/imei.ts';
import { maskedText } from '../domain/masked-text.ts';
import { parseSerialNumber, type SerialNumber } from '../domain/serial-number.ts';
import { parseSku } from '../domain/sku.ts';
import type { UnitIdentifiers } from '../ports/identity-book.ts';

/** What a cell may hold by its form. A serial number is a guess by form alone: a mobile secret can look like one. */
export type CellContent = {
  readonly sure: readonly UnitIdentifiers[];
  readonly serialNumber?: SerialNumber;
};

/** What a named column holds. `secret` is never looked at. */
export type ColumnKind = keyof UnitIdentifiers | 'secret' | 'other';

/**
 * Reads a cell by its form (cloud-api.md 5.7): 24 hex digits, 19 to 21 digits from 89, 15 digits, an order number of the table, else
 * perhaps a serial number. Of words in one cell, what follows a serial number is not tried as another: it is the mobile secret of a
 * data matrix, and ends here.
 */
export function readCell(text: string): CellContent {
  const clean = cleanCell(text);
  const whole = sureOf(clean);
  if (whole !== undefined) return { sure: [whole] };
  const words = clean.split(/\s+/);
  const found = words.length === 1 ? [] : words.map(sureOf).filter((one) => one !== undefined);
  const serial = words.find(looksLikeSerialNumber);
  if (serial === undefined) return { sure: found };
  const parsed = parseSerialNumber(serial);
  return parsed.ok ? { sure: found, serialNumber: parsed.value } : { sure: found };
}

/** Reads the cell of a named column: its identifier, nothing for an empty one, or one sentence on what is wrong with it. */
export function readNamedCell(kind: ColumnKind, text: string): UnitIdentifiers | string {
  if (kind === 'secret' || kind === 'other') return {};
  const clean = cleanCell(text);
  if (clean === '') return {};
  if (kind === 'sku') {
    const sku = parseSku(clean);
    return sku.ok ? { sku: sku.value } : {}; // order numbers newer than the table say nothing, and nothing against the line
  }
  // The content of a data matrix is the serial number, a blank and the mobile secret.
  const word = kind === 'serialNumber' ? (clean.split(/\s/, 1)[0] ?? '') : clean;
  if (isRounded(word)) return `The ${NAMES[kind]} was rounded by a spreadsheet; ask the supplier for it as text.`;
  const parsed = PARSERS[kind](word);
  return parsed.ok ? { [kind]: parsed.value } : `The ${NAMES[kind]} is none: it is ${maskedText(clean)}.`;
}

/** The names of identifiers in sentences. */
export const NAMES = {
  deviceId: 'device ID',
  serialNumber: 'serial number',
  iccid: 'ICCID',
  imei: 'IMEI',
  sku: 'SKU',
} as const;

/** True for a number in the form `8.93408E+18`, of which a spreadsheet has thrown digits away. */
export function isRounded(text: string): boolean {
  return /^\d([.,]\d+)?E\+?\d{2}$/i.test(text);
}

/**
 * A cell without what programs put around a text: blanks, invisible marks, quotes, and the `="…"` and `'…` by which spreadsheets are
 * kept from making a number of it.
 */
export function cleanCell(text: string): string {
  if (/^[\w-]*$/.test(text)) return text; // nearly all cells, at a third of the price
  const trimmed = text.replace(INVISIBLE, '').trim();
  return /^[="']|["']$/.test(trimmed) ? trimmed.replace(/^=?\s*["']*|["']+$/g, '').trim() : trimmed;
}

const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g;

const PARSERS: Readonly<Record<'deviceId' | 'serialNumber' | 'iccid' | 'imei', (text: string) => Result<string>>> = {
  deviceId: parseDeviceId,
  serialNumber: parseSerialNumber,
  iccid: parseIccid,
  imei: parseImei,
};

/** Chosen by length and characters before a parser is asked: a refusal costs more than the whole rest of a line. */
function sureOf(text: string): UnitIdentifiers | undefined {
  if (text.length < 5 || text.length > 32) return undefined;
  if (/^[\d ]+F?$/i.test(text)) return digitsOf(text);
  if (text.length === 24) {
    if (!/^[0-9a-f]{24}$/i.test(text)) return undefined;
    const deviceId = parseDeviceId(text);
    return deviceId.ok ? { deviceId: deviceId.value } : undefined;
  }
  if (text.length > 20 || !/^[A-Z]/i.test(text)) return undefined;
  const sku = parseSku(text);
  return sku.ok ? { sku: sku.value } : undefined;
}

function digitsOf(text: string): UnitIdentifiers | undefined {
  const digits = text.replaceAll(' ', '').length;
  if (digits === 24) {
    const deviceId = parseDeviceId(text);
    return deviceId.ok ? { deviceId: deviceId.value } : undefined;
  }
  if (digits === 15) {
    const imei = parseImei(text);
    return imei.ok ? { imei: imei.value } : undefined;
  }
  if (digits < 19 || digits > 22) return undefined;
  const iccid = parseIccid(text);
  return iccid.ok ? { iccid: iccid.value } : undefined;
}

/** Longer than the words people write beside a list (`TRAY-07`); the forms of the sheet have 15 characters and more. */
function looksLikeSerialNumber(word: string): boolean {
  return word.length >= 12 && word.length <= 20 && /^[A-Z][A-Z0-9-]+$/i.test(word) && /\d/.test(word);
}
