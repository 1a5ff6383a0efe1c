import { type DeviceId, parseDeviceId } from './device-id.ts';
import { ok, type Result, refuse } from './failure.ts';
import { type Iccid, parseIccid } from './iccid.ts';
import { type Imei, parseImei } from './imei.ts';
import { passesLuhn } from './luhn.ts';
import { maskedText } from './masked-text.ts';
import type { RecordedLabel } from './run-record.ts';
import { parseSerialNumber, type SerialNumber } from './serial-number.ts';
import { platformsBySerialNumber, type Sku, skusBySerialNumber } from './sku.ts';

/** A scanned label, understood. The mobile secret is not in it, only whether there was one. */
export type Label = LabelIdentifier & {
  /** True for a Gen 3 data matrix, which carries a mobile secret after the serial number. */
  readonly hasMobileSecret: boolean;
  /** Sentences for the engineer; a warning never stops a unit. */
  readonly warnings: readonly string[];
  /** The order numbers the serial number may belong to; empty when its prefix is not known, or for other kinds. */
  readonly skus: readonly Sku[];
};

type LabelIdentifier =
  | { readonly kind: 'serial-number'; readonly value: SerialNumber }
  | { readonly kind: 'device-id'; readonly value: DeviceId }
  | { readonly kind: 'iccid'; readonly value: Iccid }
  | { readonly kind: 'imei'; readonly value: Imei };

/** Longer than any label with its scanner framing: 20 of serial number, a space, 15 of secret, a few of framing. */
export const LABEL_MAX_CHARACTERS = 64;

/**
 * Reads what a scanner typed (seed: Device identifiers; cloud-api.md 5.7): a serial number alone or with a space and the
 * mobile secret behind it, a device ID, an ICCID or an IMEI. Scanner framing is taken off: line ends, tabs, blanks, an AIM
 * symbology identifier. Upper and lower case do not matter, so a scanner under Caps Lock is understood.
 *
 * The mobile secret goes no further than this function: not into the value, nor a warning, nor a refusal, which tell the
 * shape of the text only. Refuses with `label/too-long` or `label/unreadable`.
 */
export function parseLabel(text: string): Result<Label> {
  if (text.length > LABEL_MAX_CHARACTERS) {
    return refuse('label/too-long', `A label has at most ${LABEL_MAX_CHARACTERS} characters; this had ${text.length}.`);
  }
  const framed = text.replace(/[\r\n\t ]+$/, '').replace(/^[\r\n\t ]*\][a-z][0-9a-z]/i, '');
  const content = framed.replace(/^[\r\n\t ]+/, '');
  if (!/^[\x20-\x7e]*$/.test(content)) {
    return refuse('label/unreadable', `The scan has characters no label has; it was ${maskedText(content)}.`);
  }
  const number = numberLabel(content);
  if (number !== undefined) return ok(number);
  return serialLabel(content, framed.endsWith(` ${content}`));
}

/**
 * What of a text may be searched for: the identifier of a label, else the first word, because no identifier has blanks in it and
 * what stands behind one may be a mobile secret. Empty for a text that begins with a blank and is no label: it may have lost its
 * beginning, and be the secret alone.
 */
export function identifierIn(text: string): string {
  const label = parseLabel(text);
  if (label.ok) return label.value.value;
  return text.split(/\s/, 1)[0] ?? '';
}

/** The part of a label that a run's record keeps. */
export function toRecordedLabel(label: Label): RecordedLabel {
  return { kind: label.kind, value: label.value };
}

/** The three kinds that are told by their digits alone; printed groups of digits may have blanks between them. */
function numberLabel(content: string): Label | undefined {
  const deviceId = parseDeviceId(content);
  if (deviceId.ok) return { kind: 'device-id', value: deviceId.value, ...plain([]) };
  const iccid = parseIccid(content);
  if (iccid.ok) return { kind: 'iccid', value: iccid.value, ...plain(luhnWarnings('ICCID', iccid.value)) };
  const imei = parseImei(content);
  if (imei.ok) return { kind: 'imei', value: imei.value, ...plain(luhnWarnings('IMEI', imei.value)) };
  return undefined;
}

function plain(warnings: readonly string[]): Pick<Label, 'hasMobileSecret' | 'warnings' | 'skus'> {
  return { hasMobileSecret: false, warnings, skus: [] };
}

function luhnWarnings(what: string, digits: string): readonly string[] {
  return passesLuhn(digits) ? [] : [`The check digit of the ${what} is not right; it may have been read wrongly.`];
}

function serialLabel(content: string, lostItsBeginning: boolean): Result<Label> {
  const [first = '', second, ...more] = content.split(' ');
  const serialNumber = parseSerialNumber(first);
  // A secret is one word of letters and digits, 15 in all samples (cloud-api.md 5.7); anything else is not a unit label.
  const secretIsPlausible = second === undefined || /^[0-9a-z]{6,32}$/i.test(second);
  if (!serialNumber.ok || !secretIsPlausible || more.length > 0) {
    return refuse('label/unreadable', `The scan is no unit label; it was ${maskedText(content)}.`);
  }
  const value = serialNumber.value;
  // A blank in front may be the one between serial number and secret, with the serial number lost on the way: the word
  // behind it is then the secret itself, and must not be taken for a serial number and recorded.
  if (lostItsBeginning && platformsBySerialNumber(value).length === 0) {
    return refuse('label/unreadable', `The scan has lost its beginning; it was ${maskedText(content)}.`);
  }
  const hasMobileSecret = second !== undefined;
  return ok({ kind: 'serial-number', value, hasMobileSecret, warnings: [], skus: skusBySerialNumber(value) });
}
