/**
 * What may be said of text that was not understood: its length and what kinds of characters its words are made of. The
 * text itself may hold a mobile secret (a scan gone wrong, a console line), so it never goes into a sentence or evidence.
 */
export function maskedText(text: string): string {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return 'nothing but blanks';
  const told = words.slice(0, MOST_WORDS).map(maskedWord);
  const more = words.length > MOST_WORDS ? ` and ${words.length - MOST_WORDS} more words` : '';
  return `${text.length} characters: ${told.join(', ')}${more}`;
}

const MOST_WORDS = 4;

function maskedWord(word: string): string {
  if (/^\d+$/.test(word)) return `${word.length} digits`;
  if (/^[0-9a-f]+$/i.test(word)) return `${word.length} hex digits`;
  if (/^[0-9a-z-]+$/i.test(word)) return `${word.length} letters and digits`;
  return `${word.length} characters of other kinds`;
}
