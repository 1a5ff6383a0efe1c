/** One key press as the window saw it; `at` in milliseconds on the clock of the events. */
export type Stroke = {
  readonly key: string;
  readonly code: string;
  readonly shift: boolean;
  readonly capsLock: boolean;
  readonly at: number;
};

/** The US layout by physical key: plain and with Shift. It is what scanners type unless they were told otherwise. */
const US_KEYS: Readonly<Record<string, string>> = {
  Space: '  ',
  Backquote: '`~',
  Minus: '-_',
  Equal: '=+',
  BracketLeft: '[{',
  BracketRight: ']}',
  Backslash: '\\|',
  Semicolon: ';:',
  Quote: '\'"',
  Comma: ',<',
  Period: '.>',
  Slash: '/?',
  NumpadDecimal: '..',
  NumpadSubtract: '--',
  NumpadAdd: '++',
  NumpadMultiply: '**',
  NumpadDivide: '//',
};
const SHIFTED_DIGITS = ')!@#$%^&*(';

/**
 * The character a scanner meant with this stroke, or undefined when the stroke makes none (Shift, arrows, Enter). A scanner
 * presses the keys of a US keyboard; a PC with another layout, with Caps Lock on or with an input method open turns them
 * into something else, so the physical key decides wherever the two disagree.
 */
export function characterOf(stroke: Stroke): string | undefined {
  const [plain, shifted] = usCharacters(stroke.code);
  if (plain === undefined || shifted === undefined) return stroke.key.length === 1 ? stroke.key : undefined;
  if (stroke.key !== plain && stroke.key !== shifted) return stroke.shift ? shifted : plain;
  return stroke.capsLock && isLetter(stroke.key) ? otherCase(stroke.key) : stroke.key;
}

function usCharacters(code: string): readonly [string?, string?] {
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter !== undefined) return [letter.toLowerCase(), letter];
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  if (digit !== undefined) return [digit, SHIFTED_DIGITS.charAt(Number(digit))];
  const pad = /^Numpad(\d)$/.exec(code)?.[1];
  if (pad !== undefined) return [pad, pad];
  const other = US_KEYS[code];
  return other === undefined ? [] : [other.charAt(0), other.charAt(1)];
}

function isLetter(text: string): boolean {
  return /^[a-z]$/i.test(text);
}

function otherCase(letter: string): string {
  return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
}
