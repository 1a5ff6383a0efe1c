/** The languages of the screens, in the order of the menu. */
export const LANGUAGES = ['en', 'es', 'vi', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Whether this text names a language of the screens. */
export function isLanguage(text: string): text is Language {
  return (LANGUAGES as readonly string[]).includes(text);
}

/** The language to begin with: the one chosen last on this station, else English. The PC's own language says nothing about the operator. */
export function firstLanguage(remembered: string | null): Language {
  return remembered !== null && isLanguage(remembered) ? remembered : 'en';
}
