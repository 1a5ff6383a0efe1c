import { describe, expect, test } from 'vitest';
import { DICTIONARIES } from '../../../src-renderer/i18n/dictionaries.ts';
import { en } from '../../../src-renderer/i18n/en.ts';
import { firstLanguage } from '../../../src-renderer/i18n/language.ts';

/** Names that are the same in every language, and words that two languages share. */
const SHARED = new Set(['Device ID', 'error']);

const { es, vi, zh } = DICTIONARIES;

describe.each(Object.entries({ es, vi, zh }))('%s', (_language, dictionary) => {
  const english = texts(en);
  const translated = texts(dictionary);

  test('has every text of the English dictionary and no other', () => {
    expect([...translated.keys()].toSorted()).toEqual([...english.keys()].toSorted());
  });

  test('leaves nothing in English', () => {
    const same = [...translated].filter(
      ([key, text]) => key !== 'locale' && text === english.get(key) && !SHARED.has(text),
    );
    expect(same).toEqual([]);
  });

  test('ends every sentence for the operator like one, and leaves no blank at an edge', () => {
    const sentences = Object.values(dictionary.failures).flatMap(({ operator, next }) => [operator, next]);
    expect(sentences.filter((text) => !/[.。]$/.test(text))).toEqual([]);
    expect([...translated.values()].filter((text) => text.trim() !== text || text === '')).toEqual([]);
  });

  test('keeps the numbers and names it is given', () => {
    const { words } = dictionary;
    expect(words.slot('B7')).toContain('B7');
    expect(words.stepOf(3, 12)).toMatch(/3.*12/);
    expect(words.runsFound(1248)).toContain('1248');
    expect(words.exported(77)).toContain('77');
    expect(words.auditIntact(42)).toContain('42');
    expect(words.batchOpened('A-1')).toContain('A-1');
    expect(words.bytesOf('10', '20 KB')).toMatch(/10.*20 KB/);
    expect(words.plugIntoSlot('B7')).toContain('B7');
    expect(words.intoCarton('C-17')).toContain('C-17');
    expect(words.cartonOpened('C-17')).toContain('C-17');
    expect(words.oldest('3 h')).toContain('3 h');
    expect(words.onlineAwaited(24)).toContain('24');
    for (const said of [words.healthSlow, words.healthSlowSwitch]) expect(said('1,4')).toContain('1,4');
    for (const said of [words.healthStalls, words.healthFailures]) expect(said(38)).toContain('38');
  });
});

test('Chinese texts are in Chinese characters, but for names', () => {
  const latin = [...texts(zh)].filter(([, text]) => !/\p{Script=Han}/u.test(text));
  expect(latin.map(([, text]) => text).toSorted()).toEqual(['7 / 7', 'Device ID', 'zh-CN']);
});

test('the four verdicts are four different words in each language', () => {
  for (const { verdicts } of Object.values(DICTIONARIES)) expect(new Set(Object.values(verdicts)).size).toBe(4);
});

test('the five states in the cloud are five different words in each language', () => {
  for (const { words } of Object.values(DICTIONARIES)) expect(new Set(Object.values(words.cloudStates)).size).toBe(5);
});

test('no verdict is called like the rework of a unit, which stands beside it', () => {
  const clashes = Object.values(DICTIONARIES).flatMap(({ locale, verdicts, words }) => {
    const rework = words.rework.toLocaleUpperCase(locale);
    return Object.values(verdicts).filter((verdict) => verdict.toLocaleUpperCase(locale) === rework);
  });
  expect(clashes).toEqual([]);
});

test('the language chosen last is kept, and anything else begins in English', () => {
  expect(['vi', null, 'xx', 'constructor'].map(firstLanguage)).toEqual(['vi', 'en', 'en', 'en']);
});

/** All texts of a dictionary by their place in it; texts with a gap are filled with 7. */
function texts(value: unknown, path = ''): Map<string, string> {
  if (typeof value === 'string') return new Map([[path, value]]);
  if (typeof value === 'function') return new Map([[path, String(value(7, 7))]]);
  if (typeof value !== 'object' || value === null) return new Map();
  const isFailure = /^failures\.[^.]+$/.test(path);
  return new Map(
    Object.entries(value)
      .filter(([key]) => !(isFailure && key === 'outcome'))
      .flatMap(([key, inner]) => [...texts(inner, path === '' ? key : `${path}.${key}`)]),
  );
}
