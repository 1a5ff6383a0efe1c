import type { CommandInput } from '../contract/contract.ts';

/**
 * Printed codes that an operator scans instead of touching anything: `LW:SLOT:<name>` sends the next label to that slot,
 * `LW:STOP:<name>` stops the run in it, `LW:CARTON:<name>` says which carton passed units go into from now on, `LW:LEARN:START` and its like teach the slots their ports. (`LW:LANG:<code>` is for the
 * screen and never arrives here.)
 */
export type ScanCode =
  | { readonly kind: 'slot' | 'stop'; readonly slot: string }
  | { readonly kind: 'carton'; readonly name: string }
  | { readonly kind: 'learn'; readonly action: CommandInput<'learnSlots'>['action'] };

/** Reads a printed code; undefined when the text is something else. Upper and lower case do not matter. */
export function readScanCode(text: string): ScanCode | undefined {
  const learn = /^\s*LW:LEARN:(START|SKIP|UNDO|FINISH|CANCEL)\s*$/i.exec(text)?.[1];
  if (learn !== undefined) return { kind: 'learn', action: ACTIONS[learn.toUpperCase() as keyof typeof ACTIONS] };
  const carton = /^\s*LW:CARTON:([\w .:/-]{1,40})\s*$/i.exec(text)?.[1]?.trim();
  if (carton !== undefined && carton !== '') return { kind: 'carton', name: carton };
  const match = /^\s*LW:(SLOT|STOP):([\w .-]{1,40})\s*$/i.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { kind: match[1].toUpperCase() === 'SLOT' ? 'slot' : 'stop', slot: match[2].trim() };
}

const ACTIONS = { START: 'start', SKIP: 'skip', UNDO: 'undo', FINISH: 'finish', CANCEL: 'cancel' } as const;
