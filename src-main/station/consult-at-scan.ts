import type { Failure } from '../domain/failure.ts';
import { type Label, toRecordedLabel } from '../domain/label.ts';
import type { Platform } from '../domain/platform.ts';
import { claimOf, consultBook } from '../identity/check-unit.ts';
import type { Ports } from '../ports/ports.ts';

/**
 * Why no run may begin for this label by what suppliers say of it, or nothing. A refusal is in the record, because there will be no run
 * that says so. Throws `identity/damaged` and `audit/write-failed`.
 */
export function consultAtScan(
  { identity, audit }: Pick<Ports, 'identity' | 'audit'>,
  label: Label,
  platform: Platform,
): Failure | undefined {
  const book = consultBook(identity, [claimOf(label)], platform);
  if (book.ok) return undefined;
  const { code, detail } = book.failure;
  audit.note('scan-refused', { label: toRecordedLabel(label), code, detail });
  return book.failure;
}
