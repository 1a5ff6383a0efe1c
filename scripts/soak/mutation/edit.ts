import type { Random } from '../random.ts';
import type { Specimen } from './specimens.ts';

/** Where mutants come from: specimens to change and, for what is spliced in or swapped, the others. */
export type Herd = readonly Specimen[];

export type EditInput = {
  readonly random: Random;
  readonly herd: Herd;
  readonly specimen: Specimen;
  /** The file so far; an edit may change it in place. */
  readonly bytes: Uint8Array<ArrayBuffer>;
};

/** One way to change a module file. Undefined when it does not apply to this one. */
export type Edit = {
  readonly does: string;
  readonly apply: (input: EditInput) => Uint8Array<ArrayBuffer> | undefined;
};
