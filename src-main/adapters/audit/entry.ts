import { createHash } from 'node:crypto';

/** One line of the log, before it has its place in the chain. */
export type EntryContent = {
  /** When it was written, ISO 8601 UTC, by the station's clock. */
  readonly at: string;
  /** `run-begun`, `step`, `run-ended`, `cloud-work`, `cloud-step`, `online-proof`, or `note/<kind>`. */
  readonly kind: string;
  readonly runId: string | null;
  /** The station's local calendar day on which a run began, `YYYY-MM-DD`; only on `run-begun`, else null. */
  readonly day: string | null;
  /** JSON text. */
  readonly body: string;
};

/** One line in its place: its number, and the hash of the line before it. */
export type PlacedEntry = EntryContent & { readonly seq: number; readonly previous: string };

/** What stands before the first entry. */
export const GENESIS = '0'.repeat(64);

/**
 * The hash of an entry, lower-case hex SHA-256 over all its columns and the hash before it. Every field is written with
 * its kind and its length in front, so no two entries share an encoding:
 *
 *     "linewright audit entry 1\n" { field }        field = "-"                       null
 *                                                         | "s" u64be length  bytes   text in UTF-8
 */
export function entryHash(entry: PlacedEntry): string {
  const parts: Buffer[] = [FORMAT];
  for (const field of [String(entry.seq), entry.at, entry.kind, entry.runId, entry.day, entry.body, entry.previous]) {
    if (field === null) {
      parts.push(NULL);
      continue;
    }
    const bytes = Buffer.from(field, 'utf8');
    const length = Buffer.alloc(9, 's', 'latin1');
    length.writeBigUInt64BE(BigInt(bytes.length), 1);
    parts.push(length, bytes);
  }
  return createHash('sha256').update(Buffer.concat(parts)).digest('hex');
}

const FORMAT = Buffer.from('linewright audit entry 1\n', 'latin1');
const NULL = Buffer.from('-', 'latin1');
