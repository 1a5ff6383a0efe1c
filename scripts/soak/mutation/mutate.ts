import type { Random } from '../random.ts';
import type { Edit, Herd } from './edit.ts';
import { EDITS } from './edits.ts';
import { type Repair, repair } from './repair.ts';
import type { Specimen } from './specimens.ts';

export type Mutant = {
  readonly specimen: Specimen;
  readonly bytes: Uint8Array;
  /** What was done, in words, for the one who has to look into it. */
  readonly story: string;
};

/**
 * One mutant: a specimen, one to three edits, and then hash and checksum made right again, or one of them, or neither. It always
 * differs from its specimen.
 */
export function mutate(random: Random, herd: Herd): Mutant {
  const specimen = random.pick(herd);
  const done: string[] = [];
  let bytes = Uint8Array.from(specimen.bytes);
  const edits = random.pick([1, 1, 1, 2, 3]);
  while (done.length < edits || isSame(bytes, specimen.bytes)) {
    const edit: Edit = random.pick(EDITS);
    const edited = edit.apply({ random, herd, specimen, bytes });
    if (edited === undefined) continue;
    bytes = edited;
    done.push(edit.does);
  }
  const what = random.pick<Repair>(['nothing', 'crc', 'hash', 'both', 'both', 'both']);
  repair(bytes, specimen.prefixOffset, what);
  if (isSame(bytes, specimen.bytes)) return mutate(random, herd);
  return { specimen, bytes, story: `${specimen.name}: ${done.join(', then ')}; right again: ${what}` };
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && Buffer.compare(one, other) === 0;
}
