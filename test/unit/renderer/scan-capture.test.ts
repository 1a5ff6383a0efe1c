import { describe, expect, test } from 'vitest';
import { createScanCapture } from '../../../src-renderer/scan/scan-capture.ts';
import type { Stroke } from '../../../src-renderer/scan/stroke.ts';

const LABEL = 'P046AB1234567CD ABCDEFGHJKLMNPQ';

describe('outside of text fields', () => {
  test('a label with Enter at its end is one scan, and no key of it reaches the page', () => {
    const typed = type(LABEL, { msPerKey: 8, end: 'Enter' });
    expect(typed).toEqual({ scans: [LABEL], replays: [], passed: '' });
  });

  test('Tab ends a scan as Enter does', () => {
    expect(type(LABEL, { msPerKey: 8, end: 'Tab' }).scans).toEqual([LABEL]);
  });

  test('a code of 31 characters that takes two seconds is one scan', () => {
    expect(type(LABEL, { msPerKey: 2000 / 31, end: 'Enter' }).scans).toEqual([LABEL]);
  });

  test('a hiccup of 200 ms inside a code does not cut it', () => {
    expect(type(LABEL, { msPerKey: 8, end: 'Enter', hiccup: { at: 10, ms: 200 } }).scans).toEqual([LABEL]);
  });

  test('a code without a suffix is a scan after silence when it is long enough', () => {
    expect(type(LABEL, { msPerKey: 8 }).scans).toEqual([LABEL]);
    expect(type('P046AB1', { msPerKey: 8 }).scans).toEqual([]);
  });

  test('two codes in a row are two scans', () => {
    const capture = createScanCapture();
    const first = type('LW:SLOT:2', { msPerKey: 8, end: 'Enter', capture });
    const second = type(LABEL, { msPerKey: 8, end: 'Enter', capture, from: 10_000 });
    expect([...first.scans, ...second.scans]).toEqual(['LW:SLOT:2', LABEL]);
  });

  test('Enter alone, and Enter long after a key, are left to the page', () => {
    expect(type('', { msPerKey: 0, end: 'Enter' })).toEqual({ scans: [], replays: [], passed: '⏎' });
    expect(type('P046AB1234567CD', { msPerKey: 400, end: 'Enter' })).toMatchObject({ scans: [], passed: '⏎' });
  });
});

describe('in a text field', () => {
  test('a person typing is never held back nor taken for a scanner', () => {
    const typed = type('P046AB1234567CD', { msPerKey: 110, end: 'Enter', intoField: true });
    expect(typed).toEqual({ scans: [], replays: [], passed: 'P046AB1234567CD⏎' });
  });

  test('a scan is taken out of the field from its third key on', () => {
    const typed = type(LABEL, { msPerKey: 8, end: 'Enter', intoField: true });
    expect(typed).toEqual({ scans: [LABEL], replays: [], passed: 'P0' });
  });

  test('a short roll of fast keys is given back to the field', () => {
    const typed = type('123', { msPerKey: 20, end: 'Enter', intoField: true });
    expect(typed).toEqual({ scans: [], replays: ['3'], passed: '12⏎' });
  });
});

describe('what the keys mean', () => {
  test('another keyboard layout, Caps Lock or an open input method do not change the code', () => {
    const german = { Semicolon: 'Ö', Minus: '_', KeyY: 'Z', KeyZ: 'Y' };
    expect(type('LW:LANG:zy', { msPerKey: 8, end: 'Enter', keys: german }).scans).toEqual(['LW:LANG:zy']);
    const inputMethod = Object.fromEntries([...'PAB'].map((letter) => [`Key${letter}`, 'Process']));
    expect(type('P046AB1', { msPerKey: 8, end: 'Enter', keys: inputMethod }).scans).toEqual(['P046AB1']);
    expect(type('P046ab1', { msPerKey: 8, end: 'Enter', capsLock: true }).scans).toEqual(['P046ab1']);
  });

  test('a key without a known place counts as the character it made', () => {
    const capture = createScanCapture();
    for (const [index, key] of [...'P046AB'].entries()) {
      capture.press({ key, code: '', shift: false, capsLock: false, at: index * 8 }, false);
    }
    const enter = { key: 'Enter', code: 'Enter', shift: false, capsLock: false, at: 50 };
    expect(capture.press(enter, false).scan).toBe('P046AB');
  });
});

type Typing = {
  readonly msPerKey: number;
  readonly end?: 'Enter' | 'Tab';
  readonly intoField?: boolean;
  readonly hiccup?: { readonly at: number; readonly ms: number };
  readonly capsLock?: boolean;
  /** What the PC makes of a key, by its place. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly capture?: ReturnType<typeof createScanCapture>;
  readonly from?: number;
};

/** Types a text like a US scanner: Shift before capitals, then the key; silence after the last one. */
function type(text: string, typing: Typing) {
  const { capture = createScanCapture(), capsLock = false, intoField = false } = typing;
  const scans: string[] = [];
  const replays: string[] = [];
  let passed = '';
  let at = typing.from ?? 1000;
  const press = (stroke: Stroke, shown: string): void => {
    const { suppress, scan, replay } = capture.press(stroke, intoField);
    if (scan !== undefined) scans.push(scan);
    if (replay !== undefined) replays.push(replay);
    if (!suppress) passed += shown;
  };
  for (const [index, character] of [...text].entries()) {
    at += index === typing.hiccup?.at ? typing.hiccup.ms : typing.msPerKey;
    const { code, shift } = usKey(character);
    if (shift) press({ key: 'Shift', code: 'ShiftLeft', shift, capsLock, at }, '');
    const turned = capsLock && /[a-z]/i.test(character) ? otherCase(character) : character;
    press({ key: typing.keys?.[code] ?? turned, code, shift, capsLock, at }, character);
  }
  if (typing.end === undefined) {
    const { scan } = capture.silence();
    if (scan !== undefined) scans.push(scan);
  } else {
    at += typing.msPerKey;
    press({ key: typing.end, code: typing.end, shift: false, capsLock, at }, '⏎');
  }
  return { scans, replays, passed };
}

function usKey(character: string): { readonly code: string; readonly shift: boolean } {
  if (/[a-z]/i.test(character)) return { code: `Key${character.toUpperCase()}`, shift: /[A-Z]/.test(character) };
  if (/\d/.test(character)) return { code: `Digit${character}`, shift: false };
  return character === ':' ? { code: 'Semicolon', shift: true } : { code: 'Space', shift: false };
}

function otherCase(letter: string): string {
  return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
}
