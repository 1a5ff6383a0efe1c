import { type Failure, failure, ok, type Result } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Label } from '../domain/label.ts';
import type { Platform } from '../domain/platform.ts';
import type { SerialNumber } from '../domain/serial-number.ts';
import { type Sku, skuAllowsPlatform, skusBySerialNumber } from '../domain/sku.ts';
import type { BookEntry, IdentifierKind, IdentityGuard, IdentityLookup } from '../ports/identity-book.ts';
import { named } from './combine-entries.ts';
import { NAMES } from './read-cell.ts';

/** One identifier and who says that it is this unit's. */
export type Claim = { readonly kind: IdentifierKind; readonly value: string; readonly by: 'label' | 'unit' };

/** What the book says to the claims on one unit. */
export type BookVerdict =
  | { readonly kind: 'agrees'; readonly compared: readonly string[]; readonly sources: readonly string[] }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'differs'; readonly failure: Failure };

/** What a label claims. */
export function claimOf(label: Label): Claim {
  return { kind: KINDS[label.kind], value: label.value, by: 'label' };
}

/** What a unit claims of itself; what it did not report is left out. */
export function claimsOfUnit(
  reported: Readonly<Partial<Record<IdentifierKind, string | undefined>>>,
): readonly Claim[] {
  const kinds = Object.keys(reported) as IdentifierKind[];
  return kinds.flatMap((kind) => {
    const value = reported[kind];
    return value === undefined ? [] : [{ kind, value, by: 'unit' as const }];
  });
}

/**
 * Holds claims on one unit against the book, and the SKU it gives the unit (or the beginning of its serial number) against the recipe's
 * platform. Differs with `identity/mismatch` or `agree/wrong-platform`, in a sentence that names both sides. What lists contradict each
 * other about vouches for nothing and differs, too.
 */
export function checkClaims(book: IdentityLookup, claims: readonly Claim[], platform: Platform): BookVerdict {
  const found = claims.flatMap((claim) => {
    const entry = book.find(claim.kind, claim.value);
    return entry === undefined ? [] : [{ claim, entry }];
  });
  const problem =
    contradictionIn(book, claims, found) ??
    differenceIn(claims, found) ??
    (found.length === 0 ? undefined : wrongPlatform(claims, found, platform));
  if (problem !== undefined) return { kind: 'differs', failure: problem };
  if (found.length === 0) return { kind: 'unknown' };
  const compared = claims.filter(({ kind }) => found.some(({ entry }) => entry.identifiers[kind] !== undefined));
  return {
    kind: 'agrees',
    compared: compared.map(({ kind, by }) => `${NAMES[kind]} of the ${by}`),
    sources: [...new Set(found.map(({ entry }) => placeOf(entry)))],
  };
}

/**
 * The same by the station's policy, as a record holds it: what was compared with which line, or the failure. A unit that no list names
 * is refused with `identity/unknown` where the book is required, and passes where it advises. Throws `identity/damaged` when the book
 * cannot be read: a unit is then not built on a guess.
 */
export function consultBook(
  guard: IdentityGuard | undefined,
  claims: readonly Claim[],
  platform: Platform,
): Result<JsonObject> {
  if (guard === undefined) return ok({ book: 'off' });
  const verdict = checkClaims(guard.book, claims, platform);
  if (verdict.kind === 'differs') return { ok: false, failure: verdict.failure };
  if (verdict.kind === 'agrees') {
    return ok({ book: 'agrees', compared: verdict.compared, sources: verdict.sources });
  }
  if (guard.policy === 'advisory') return ok({ book: 'unknown' });
  const what = claims.map(({ kind, value, by }) => `${NAMES[kind]} ${value} of the ${by}`).join(', ');
  return {
    ok: false,
    failure: failure('identity/unknown', `No supplier list names the ${what}; this station needs one.`),
  };
}

const KINDS = {
  'serial-number': 'serialNumber',
  'device-id': 'deviceId',
  iccid: 'iccid',
  imei: 'imei',
} as const satisfies Record<Label['kind'], IdentifierKind>;

type Found = readonly { readonly claim: Claim; readonly entry: BookEntry }[];

function contradictionIn(book: IdentityLookup, claims: readonly Claim[], found: Found): Failure | undefined {
  for (const claim of claims) {
    const what = found.find((one) => one.claim === claim)?.entry.contested ?? book.contested(claim.kind, claim.value);
    if (what !== undefined) {
      const detail = `Supplier lists contradict each other about ${NAMES[claim.kind]} ${claim.value} of the ${claim.by}. ${what}`;
      return failure('identity/mismatch', detail, { kind: claim.kind, value: claim.value, by: claim.by });
    }
  }
  return undefined;
}

function differenceIn(claims: readonly Claim[], found: Found): Failure | undefined {
  for (const { claim, entry } of found) {
    for (const other of claims) {
      const inBook = entry.identifiers[other.kind];
      if (inBook === undefined || inBook === other.value) continue;
      const subject = `${NAMES[claim.kind]} ${claim.value}`;
      const detail = `The ${other.by} says ${NAMES[other.kind]} ${other.value}; by ${placeOf(entry)}, ${subject} (of the ${claim.by}) belongs to ${NAMES[other.kind]} ${inBook}.`;
      const evidence = { kind: other.kind, by: other.by, said: other.value, inBook, source: placeOf(entry) };
      return failure('identity/mismatch', detail, evidence);
    }
  }
  return undefined;
}

function wrongPlatform(claims: readonly Claim[], found: Found, platform: Platform): Failure | undefined {
  const entry = found.find((one) => one.entry.identifiers.sku !== undefined)?.entry;
  const serial = claims.find(({ kind }) => kind === 'serialNumber')?.value;
  const inBook = found.find((one) => one.entry.identifiers.serialNumber !== undefined)?.entry.identifiers.serialNumber;
  const serialNumber = inBook ?? (serial as SerialNumber | undefined);
  const bySerial: readonly Sku[] = serialNumber === undefined ? [] : skusBySerialNumber(serialNumber);
  const skus = entry?.identifiers.sku === undefined ? bySerial : [entry.identifiers.sku];
  if (skus.length === 0 || skus.some((sku) => skuAllowsPlatform(sku, platform.name))) return undefined;
  const whose =
    entry === undefined ? `serial number ${serialNumber}` : `${named(entry.identifiers)} (${placeOf(entry)})`;
  const detail = `The unit is of SKU ${skus.join(', ')} by ${whose}; the recipe is for ${platform.displayName}.`;
  return failure('agree/wrong-platform', detail, { skus, recipe: platform.name });
}

function placeOf({ source }: BookEntry): string {
  return `${source.name} line ${source.line}`;
}
