import { EXIT, exitWith } from './exit.ts';
import { parseNumber } from './options.ts';

/** The `-s` argument: an address, then words and a length joined by colons. */
export type DfuseOptions = {
  readonly address: number | undefined;
  readonly length: number;
  readonly leave: boolean;
  readonly force: boolean;
  readonly willReset: boolean;
  readonly massErase: boolean;
  readonly unprotect: boolean;
};

/** Reads `address[:leave][:force][:length]…`. Throws ProgramExit 64 with dfu-util's words for anything else. */
export function parseDfuseOptions(text: string | undefined): DfuseOptions {
  const [first = '', ...modifiers] = (text ?? '').split(':');
  const address = first === '' ? undefined : parseNumber(first);
  if (first !== '' && (address === undefined || address > 0xffff_ffff)) {
    throw exitWith(EXIT.usage, `Invalid dfuse address: ${text}`);
  }
  const words = new Set<string>();
  let length = 0;
  for (const modifier of modifiers) {
    const number = parseNumber(modifier);
    if (number !== undefined) length = number;
    else if (modifier === '' || WORDS.has(modifier)) words.add(modifier);
    else throw exitWith(EXIT.usage, `Invalid dfuse modifier: ${modifier}`);
  }
  return {
    address,
    length,
    leave: words.has('leave'),
    force: words.has('force'),
    willReset: words.has('will-reset'),
    massErase: words.has('mass-erase'),
    unprotect: words.has('unprotect'),
  };
}

const WORDS: ReadonlySet<string> = new Set(['leave', 'force', 'will-reset', 'mass-erase', 'unprotect']);
