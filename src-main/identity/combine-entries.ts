import type { PlatformName } from '../domain/platform.ts';
import { type Sku, skuRow } from '../domain/sku.ts';
import { IDENTIFIER_KINDS, type UnitIdentifiers } from '../ports/identity-book.ts';
import { NAMES } from './read-cell.ts';

/** One unit made of all that is known of it, or one sentence on what cannot both be true. */
export type Combined = { readonly identifiers: UnitIdentifiers } | { readonly contradiction: string };

/**
 * Puts together what the book and a new line say of one unit: `known` are all entries that share an identifier with the line, oldest
 * first. They are one unit unless two of them, or one and the line, name different values of one kind: a unit has one of each. A second
 * SKU is a second name for the same goods (each, tray, kit) and the first stays, unless no platform could be both.
 */
export function combine(known: readonly UnitIdentifiers[], line: UnitIdentifiers): Combined {
  let whole: UnitIdentifiers = {};
  for (const part of [...known, line]) {
    for (const kind of IDENTIFIER_KINDS) {
      const [before, now] = [whole[kind], part[kind]];
      if (before !== undefined && now !== undefined && before !== now) {
        return { contradiction: contradictionOf(known, line, `two values of ${NAMES[kind]}, ${before} and ${now}`) };
      }
    }
    if (whole.sku !== undefined && part.sku !== undefined && !mayBeBoth(whole.sku, part.sku)) {
      return {
        contradiction: contradictionOf(known, line, `SKU ${whole.sku} and ${part.sku}, of different platforms`),
      };
    }
    whole = { ...part, ...whole };
  }
  return { identifiers: whole };
}

/** The identifiers of a unit in a sentence. */
export function named(identifiers: UnitIdentifiers): string {
  const parts = (Object.keys(NAMES) as (keyof typeof NAMES)[]).flatMap((kind) => {
    const value = identifiers[kind];
    return value === undefined ? [] : [`${NAMES[kind]} ${value}`];
  });
  return parts.join(', ');
}

function contradictionOf(known: readonly UnitIdentifiers[], line: UnitIdentifiers, what: string): string {
  const units = known.map((one) => `(${named(one)})`).join(' and ');
  return `The line says (${named(line)}), the book has ${units}: one unit cannot have ${what}.`;
}

function mayBeBoth(one: Sku, other: Sku): boolean {
  const [first, second]: readonly PlatformName[][] = [[...skuRow(one).platforms], [...skuRow(other).platforms]];
  if (first === undefined || second === undefined || first.length === 0 || second.length === 0) return true;
  return first.some((platform) => second.includes(platform));
}
