import { isLanguage, type Language } from '../i18n/language.ts';

/** A printed code that the screen obeys by itself. */
export type ScreenCode =
  | { readonly kind: 'language'; readonly language: Language }
  | { readonly kind: 'show'; readonly screen: 'line' | 'runs' | 'codes' | 'slots' }
  | { readonly kind: 'sound'; readonly on: boolean };

/** Reads `LW:LANG:es`, `LW:SHOW:RUNS`, `LW:SOUND:OFF`, in either case. Undefined: the scan is for the station. */
export function readScreenCode(scan: string): ScreenCode | undefined {
  const [, word = '', value = ''] = /^\s*LW:([A-Z]+):([A-Z]{1,10})\s*$/i.exec(scan) ?? [];
  const small = value.toLowerCase();
  switch (word.toUpperCase()) {
    case 'LANG':
      return isLanguage(small) ? { kind: 'language', language: small } : undefined;
    case 'SHOW':
      return isShown(small) ? { kind: 'show', screen: small } : undefined;
    case 'SOUND':
      return small === 'on' || small === 'off' ? { kind: 'sound', on: small === 'on' } : undefined;
    default:
      return undefined;
  }
}

/** Whether this is an order about the teaching of the slots, which has its own screen. */
export function isLearnCode(scan: string): boolean {
  return /^\s*LW:LEARN:/i.test(scan);
}

type Shown = Extract<ScreenCode, { kind: 'show' }>['screen'];

function isShown(text: string): text is Shown {
  return (['line', 'runs', 'codes', 'slots'] as const satisfies readonly Shown[]).some((screen) => screen === text);
}

/** Whether this is a printed code and not a label: then it is meant as an order on every screen. */
export function isPrintedCode(scan: string): boolean {
  return /^\s*LW:/i.test(scan);
}
