/**
 * Printed codes that an operator scans instead of touching anything: `LW:SLOT:<name>` sends the next label to that slot,
 * `LW:STOP:<name>` stops the run in it. (`LW:LANG:<code>` is for the screen and never arrives here.)
 */
export type ScanCode = { readonly kind: 'slot' | 'stop'; readonly slot: string };

/** Reads a printed code; undefined when the text is something else. Upper and lower case do not matter. */
export function readScanCode(text: string): ScanCode | undefined {
  const match = /^\s*LW:(SLOT|STOP):([\w .-]{1,40})\s*$/i.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { kind: match[1].toUpperCase() === 'SLOT' ? 'slot' : 'stop', slot: match[2].trim() };
}
