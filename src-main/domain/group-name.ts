/** The longest name of a device group (cloud-api.md 2.6). */
export const GROUP_NAME_MAX = 64;

/** Whether the cloud takes this text as the name of a device group: `a-z 0-9 - _`, at most 64 (cloud-api.md 2.6). */
export function isGroupName(text: string): boolean {
  return /^[a-z0-9_-]{1,64}$/.test(text);
}

/**
 * Any text as the name of a device group: lower case, accents dropped, a letter of another script by its number, everything else a
 * hyphen. A name that would be too long keeps its beginning and gets a checksum of the whole, so that two batches that differ only at
 * the end stay two groups. Same text, same name; a legal name stays as it is; empty when the text has nothing in it.
 */
export function groupNameOf(text: string): string {
  if (isGroupName(text)) return text;
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const name = plain
    .replace(/[^\p{ASCII}]/gu, (letter) => (/[\p{L}\p{N}]/u.test(letter) ? `-u${hexOf(letter)}-` : '-'))
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (name.length <= GROUP_NAME_MAX) return name;
  return `${name.slice(0, GROUP_NAME_MAX - 9)}-${checksum(text)}`;
}

function hexOf(letter: string): string {
  return (letter.codePointAt(0) ?? 0).toString(16);
}

/** FNV-1a over UTF-16 units: eight hex digits that tell names apart, no protection against anybody. */
function checksum(text: string): string {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return (sum >>> 0).toString(16).padStart(8, '0');
}
