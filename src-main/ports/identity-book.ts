import type { DeviceId } from '../domain/device-id.ts';
import type { Iccid } from '../domain/iccid.ts';
import type { Imei } from '../domain/imei.ts';
import type { SerialNumber } from '../domain/serial-number.ts';
import type { Sku } from '../domain/sku.ts';

/** What one line of a list says of one unit, or the book knows of it. Absent members are not known; they are never guessed. */
export type UnitIdentifiers = {
  readonly deviceId?: DeviceId;
  readonly serialNumber?: SerialNumber;
  readonly iccid?: Iccid;
  readonly imei?: Imei;
  readonly sku?: Sku;
};

/** The identifiers a unit is found by; a SKU is many units' and finds none. */
export const IDENTIFIER_KINDS = ['deviceId', 'serialNumber', 'iccid', 'imei'] as const;
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];

/** Where the book has something from. */
export type BookSource = {
  /** Name of the file without its folder, or `product 12345`. */
  readonly name: string;
  readonly line: number;
  /** When it was read, ISO 8601 UTC. */
  readonly at: string;
};

/** One unit as the book knows it. */
export type BookEntry = {
  readonly identifiers: UnitIdentifiers;
  /** The first line it was named in. */
  readonly source: BookSource;
  /** One sentence for the first contradiction about it; such an entry vouches for nothing. */
  readonly contested?: string;
};

/**
 * What a station asks of the identity book: one look-up of some tens of microseconds, no network. Throws StationError
 * `identity/damaged` when the book is there and cannot be read.
 */
export interface IdentityLookup {
  /** The unit with this identifier; undefined when no list named it. */
  find(kind: IdentifierKind, value: string): BookEntry | undefined;
  /** Why this identifier may not be used: lists contradict each other about it, though no entry has it. */
  contested(kind: IdentifierKind, value: string): string | undefined;
}

/** What a unit must be in the book for. `advisory`: one that differs fails, an unknown one is built. `required`: an unknown one does not start. */
export type IdentityPolicy = 'advisory' | 'required';

/** The book of a station and what it does with it. */
export type IdentityGuard = { readonly policy: IdentityPolicy; readonly book: IdentityLookup & { close(): void } };

/** A line that can be used. */
export type BookLine = { readonly line: number; readonly identifiers: UnitIdentifiers };

export type SourceFacts = { readonly name: string; readonly sha256: string };

/** A line that contradicts what the book had before; it was not taken. */
export type Contradiction = {
  readonly line: number;
  readonly identifiers: UnitIdentifiers;
  /** One sentence naming both sides. */
  readonly what: string;
};

/** What became of the lines of one source. Every line is in exactly one of the counts. */
export type BookChange = {
  /** Units the book did not have. */
  readonly added: number;
  /** Units it had, of which a line told more. */
  readonly completed: number;
  /** Lines that told nothing new. */
  readonly known: number;
  readonly contradictions: readonly Contradiction[];
};

export type BookConflict = Contradiction & { readonly source: BookSource };

/** Where a sync of a product's device list is; it goes on at `nextPage` after a crash. */
export type SyncState = { readonly nextPage: number; readonly startedAt: string };

/** The book itself, for those who fill it. Methods that write throw `identity/write-failed`, all throw `identity/damaged`. */
export interface IdentityBook extends IdentityLookup {
  /** All lines of a source in one transaction: all are in the book, or none. Safe to repeat. */
  add(source: SourceFacts, lines: readonly BookLine[]): BookChange;
  /** The rows of one page of a product's list and where to go on, in one transaction; `done` ends the sync. */
  addPage(productId: number, rows: readonly UnitIdentifiers[], next: SyncState | 'done'): BookChange;
  syncState(productId: number): SyncState | undefined;
  /** Where a unit was named, oldest first. */
  sources(kind: IdentifierKind, value: string): readonly BookSource[];
  /** Contradictions, oldest first. */
  conflicts(): readonly BookConflict[];
  count(): { readonly units: number; readonly sources: number; readonly conflicts: number };
  close(): void;
}
