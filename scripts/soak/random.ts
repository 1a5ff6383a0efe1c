/** A source of numbers that depends on its seed alone, so that whatever happened can be made to happen again. */
export type Random = {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  /** True in `share` (0..1) of the calls. */
  chance(share: number): boolean;
  /** One of these; they must not be empty. */
  pick<Value>(values: readonly Value[]): Value;
  bytes(length: number): Uint8Array;
};

/**
 * The numbers of one case: `seed` names the whole run, `turn` the case in it, so that each case can be repeated alone. Both are whole
 * numbers from 0 to 2^32 - 1.
 */
export function randomOf(seed: number, turn: number): Random {
  let state = scramble((scramble(seed >>> 0) ^ Math.imul(turn + 1, 0x9e37_79b1)) >>> 0);
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    return scramble(state);
  };
  const random: Random = {
    below: (limit) => Math.floor((next() / 0x1_0000_0000) * limit),
    between: (from, to) => from + random.below(to - from + 1),
    chance: (share) => next() / 0x1_0000_0000 < share,
    pick: (values) => {
      const value = values[random.below(values.length)];
      if (value === undefined) throw new RangeError('There is nothing to pick from.');
      return value;
    },
    bytes: (length) => Uint8Array.from({ length }, () => next() & 0xff),
  };
  return random;
}

/** Spreads every bit of a 32-bit number over all of them (the finishing steps of MurmurHash3, public domain). */
function scramble(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85eb_ca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
