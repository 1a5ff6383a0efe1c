import type { DeviceId } from '../domain/device-id.ts';
import { parseIccid } from '../domain/iccid.ts';
import { parseSerialNumber } from '../domain/serial-number.ts';
import type { BulkCloud, CloudDevice } from '../ports/cloud.ts';
import type { BookChange, Contradiction, IdentityBook, UnitIdentifiers } from '../ports/identity-book.ts';
import { PER_PAGE } from './bulk-job.ts';
import { listPages } from './list-everything.ts';

export type SyncSetting = {
  readonly cloud: BulkCloud;
  readonly productId: number;
  readonly signal: AbortSignal;
  readonly perPage?: number;
  readonly progress?: (page: number, totalPages: number) => void;
  readonly now: () => Date;
};

/** Counts of rows, as in BookChange; a row on two pages is counted twice, and known the second time. */
export type SyncResult = BookChange & { readonly rows: number; readonly isResumed: boolean };

/**
 * Fills the book from the product's device list (cloud-api.md 2.3), one transaction a page; after a crash or an outage the next call
 * goes on at the page it had come to. The list is sorted by last connection, so a unit that connects meanwhile moves to the front and
 * may be missed: at the end the front is read again, as far as it holds anything new. Quarantined and denied devices are no members.
 */
export async function syncProduct(book: IdentityBook, setting: SyncSetting): Promise<SyncResult> {
  const { cloud, productId, signal, perPage = PER_PAGE, progress, now } = setting;
  const options = { signal, timeoutMs: PAGE_TIMEOUT_MS, priority: 'background' } as const;
  const read = (page: number) => cloud.listDevices(productId, { page, perPage }, options);
  const before = book.syncState(productId);
  const startedAt = before?.startedAt ?? now().toISOString();
  const sum = { rows: 0, added: 0, completed: 0, known: 0 };
  const contradictions = new Map<DeviceId, Contradiction>();
  const take = (rows: readonly CloudDevice[], next: number | undefined): BookChange => {
    const known = rows.filter(({ quarantined, denied }) => !quarantined && !denied).map(identifiersOf);
    const change = book.addPage(productId, known, next === undefined ? 'done' : { nextPage: next, startedAt });
    sum.rows += rows.length;
    for (const kind of ['added', 'completed', 'known'] as const) sum[kind] += change[kind];
    for (const one of change.contradictions)
      if (one.identifiers.deviceId) contradictions.set(one.identifiers.deviceId, one);
    return change;
  };
  let page = before?.nextPage ?? 1;
  for await (const { rows, next, totalPages } of listPages(read, page)) {
    // The sync is not done before the front has been looked at again: the last page is kept as the one to go on at.
    take(rows, next ?? page);
    progress?.(page, totalPages);
    page = next ?? page;
  }
  for await (const { rows } of listPages(read)) {
    const { added, completed } = take(rows, page);
    if (added + completed === 0) break;
  }
  take([], undefined);
  return { ...sum, contradictions: [...contradictions.values()], isResumed: before !== undefined };
}

const PAGE_TIMEOUT_MS = 120_000;

/** What a row says; text that is no identifier says nothing. */
function identifiersOf({ id, serialNumber, iccid }: CloudDevice): UnitIdentifiers {
  const serial = parseSerialNumber(serialNumber ?? '');
  const sim = parseIccid(iccid ?? '');
  const deviceId: DeviceId = id;
  return {
    deviceId,
    ...(serial.ok ? { serialNumber: serial.value } : {}),
    ...(sim.ok ? { iccid: sim.value } : {}),
  };
}
