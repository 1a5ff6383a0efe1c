import type { Dictionary } from './dictionary.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import type { Language } from './language.ts';
import { vi } from './vi.ts';
import { zh } from './zh.ts';

/** The dictionaries by language. */
export const DICTIONARIES: Readonly<Record<Language, Dictionary>> = { en, es, vi, zh };
