import { characterOf, type Stroke } from './stroke.ts';

/** What to do with a key press, and what it completed. */
export type Captured = {
  /** The press belongs to a scan: the page must not see it. */
  readonly suppress: boolean;
  /** A whole code was read. */
  readonly scan?: string;
  /** Presses that were held back turned out to be a person typing: give them to the field. */
  readonly replay?: string;
};

export type ScanCapture = {
  /** `intoField`: the press goes into a text field, where a person may be typing. */
  press(stroke: Stroke, intoField: boolean): Captured;
  /** To be asked when `SILENCE_MS` have passed without a press: ends a code that has no suffix. */
  silence(): Captured;
  /** Whether this press began a new burst: the moment to remember what the field holds. */
  readonly justBegan: boolean;
};

/** Scanners need 7 to 20 ms for a key, slow wireless ones 60; people 100 and more (anchors.md E3). */
const SCANNER_MS_PER_KEY = 50;
/** Where there is no field to type into, patience costs nothing. */
const PATIENT_MS_PER_KEY = 100;
/** A pause inside one code: a wireless scanner may hiccup, a 2D code of hundreds of characters may take two seconds in all. */
const MAX_GAP_MS = 250;
/** A code without Enter or Tab at its end is over after this silence. */
export const SILENCE_MS = 300;
const MIN_LENGTH = 5;
const MIN_LENGTH_WITHOUT_SUFFIX = 10;
const MAX_LENGTH = 4096;
/** From this many fast keys on, a field is spared the rest. */
const HOLD_FROM = 3;

/**
 * Tells a scanner from a person by time and framing: keys in quick succession, closed by Enter or Tab, or by silence. Pure:
 * time comes with the strokes.
 *
 *   idle ── key ──▶ burst ── fast key ──▶ burst (held from the third key on)
 *     ▲               │  Enter/Tab, fast and long enough ──▶ scan
 *     └── slow key, Enter after a slow burst, modifier ──────▶ replay what was held
 */
export function createScanCapture(): ScanCapture {
  let text = '';
  let held = '';
  let beganAt = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  let allowedMs = PATIENT_MS_PER_KEY;
  let justBegan = false;

  const millisecondsPerKey = (): number =>
    text.length < 2 ? Number.POSITIVE_INFINITY : (lastAt - beganAt) / (text.length - 1);
  const isScan = (shortest: number): boolean => text.length >= shortest && millisecondsPerKey() <= allowedMs;
  const begin = (at: number, intoField: boolean): string => {
    const replay = held;
    text = '';
    held = '';
    beganAt = at;
    allowedMs = intoField ? SCANNER_MS_PER_KEY : PATIENT_MS_PER_KEY;
    return replay;
  };
  const end = (shortest: number): Captured => {
    const scan = isScan(shortest) ? text : undefined;
    const replay = begin(0, false);
    lastAt = Number.NEGATIVE_INFINITY;
    if (scan !== undefined) return { suppress: true, scan };
    return replay === '' ? { suppress: false } : { suppress: false, replay };
  };

  return {
    get justBegan() {
      return justBegan;
    },
    press(stroke, intoField) {
      justBegan = false;
      if (stroke.key === 'Enter' || stroke.key === 'Tab' || stroke.code === 'NumpadEnter') {
        return stroke.at - lastAt <= MAX_GAP_MS ? end(MIN_LENGTH) : end(Number.POSITIVE_INFINITY);
      }
      const character = characterOf(stroke);
      if (character === undefined) return { suppress: false };
      justBegan = stroke.at - lastAt > MAX_GAP_MS || text.length >= MAX_LENGTH;
      const replay = justBegan ? begin(stroke.at, intoField) : '';
      text += character;
      lastAt = stroke.at;
      const suppress = !intoField || (text.length >= HOLD_FROM && millisecondsPerKey() <= allowedMs);
      if (suppress && intoField) held += character;
      return replay === '' ? { suppress } : { suppress, replay };
    },
    silence() {
      justBegan = false;
      return end(MIN_LENGTH_WITHOUT_SUFFIX);
    },
  };
}
