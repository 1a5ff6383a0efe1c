import { parseLabel } from '../../src-main/domain/label.ts';
import { isLanguage, type Language } from '../i18n/language.ts';

/** A printed code that is an order to the screen or the station and not a unit label. */
export type ScreenCode =
  | { readonly kind: 'language'; readonly language: Language }
  | { readonly kind: 'show'; readonly screen: 'line' | 'runs' | 'codes' }
  | { readonly kind: 'sound'; readonly on: boolean }
  /** The next label scanned goes to this slot. */
  | { readonly kind: 'slot'; readonly slot: string }
  /** Stop the run in this slot. */
  | { readonly kind: 'stop'; readonly slot: string }
  /** Begins like an order and is none. */
  | { readonly kind: 'unknown' };

const PREFIX = /^LW:([A-Z]+):(.{1,40})$/i;

/** Reads `LW:LANG:es`, `LW:SHOW:RUNS`, `LW:SOUND:OFF`, `LW:SLOT:2`, `LW:STOP:2`, in either case. Undefined: it is not an order but a label. */
export function readScreenCode(scan: string): ScreenCode | undefined {
  if (!/^LW:/i.test(scan)) return undefined;
  const [, word = '', value = ''] = PREFIX.exec(scan.trim()) ?? [];
  const small = value.toLowerCase();
  switch (word.toUpperCase()) {
    case 'LANG':
      return isLanguage(small) ? { kind: 'language', language: small } : { kind: 'unknown' };
    case 'SHOW':
      return small === 'line' || small === 'runs' || small === 'codes' ? { kind: 'show', screen: small } : { kind: 'unknown' };
    case 'SOUND':
      return small === 'on' || small === 'off' ? { kind: 'sound', on: small === 'on' } : { kind: 'unknown' };
    case 'SLOT':
      return { kind: 'slot', slot: value };
    case 'STOP':
      return { kind: 'stop', slot: value };
    default:
      return { kind: 'unknown' };
  }
}

/**
 * What of a scan may go into the search: the identifier of a label, else the first word. A label of a BLE-capable unit holds
 * a secret after the space, and the screen must never show it.
 */
export function searchTextOf(scan: string): string {
  const label = parseLabel(scan);
  return label.ok ? label.value.value : (scan.trim().split(/\s/, 1)[0] ?? '').slice(0, 120);
}
