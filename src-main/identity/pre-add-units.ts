import { StationError } from '../domain/failure.ts';
import type { BulkMark } from '../ports/bulk-journal.ts';
import type { ImportVerdict } from '../ports/cloud.ts';
import { type BulkItem, type BulkSetting, callOptions, inRequests, PER_REQUEST, tell } from './bulk-job.ts';

/**
 * Pre-adds units to a product, many in one request (cloud-api.md 2.2), each by its own verdict. "Added" is not believed: what was added
 * is asked for again, and only "was there before" settles it. Safe to repeat from any point; what the journal has settled is not asked
 * again. Rejects with the failure that stops the job (no network, no right, abort); the journal then says how far it came.
 */
export async function preAddUnits(items: readonly BulkItem[], setting: BulkSetting): Promise<void> {
  const { journal, perRequest = PER_REQUEST } = setting;
  const open = (): readonly BulkItem[] => {
    const marks = journal.marks();
    return items.filter(({ identifier }) => marks.get(identifier)?.state !== 'settled');
  };
  tell(setting, 'asking', items);
  await inRequests(
    open(),
    perRequest,
    async (part) => {
      await ask(part, setting);
      tell(setting, 'asking', items);
    },
    ({ identifier }, { message }) => journal.write([refusal(identifier, message)]),
  );
  await inRequests(
    open(),
    perRequest,
    async (part) => {
      await ask(part, setting);
      tell(setting, 'reading back', items);
    },
    ({ identifier }, { message }) => journal.write([refusal(identifier, message)]),
  );
  const unproven = open().length;
  if (unproven === 0) return;
  // Two rounds of "added" for one unit: the cloud answers and does not keep.
  const detail = `The cloud says of ${unproven} units each time that it adds them, and never that it has them.`;
  throw new StationError('cloud/not-in-product', detail);
}

/** One request. A unit that this job added, now or before a crash, is settled by the answer that it is there. */
async function ask(part: readonly BulkItem[], setting: BulkSetting): Promise<void> {
  const { cloud, productId, journal } = setting;
  const before = journal.marks();
  const identifiers = part.map(({ identifier }) => identifier);
  const verdicts = await cloud.addDevices(productId, { identifiers, importSims: true }, callOptions(setting));
  journal.write(
    identifiers.flatMap((identifier) => markOf(identifier, verdicts.get(identifier), before.get(identifier))),
  );
}

function markOf(identifier: string, verdict: ImportVerdict | undefined, before: BulkMark | undefined): BulkMark[] {
  switch (verdict?.kind) {
    case 'added':
      return [{ identifier, state: 'asked' }];
    case 'already-member':
      return [{ identifier, state: 'settled', result: before?.state === 'asked' ? 'added' : 'already-there' }];
    case 'refused':
      // An identifier the answer left out is no verdict on the unit; it stays open.
      return verdict.code === 'cloud/bad-answer' ? [] : [refusal(identifier, `${verdict.detail} (${verdict.code})`)];
    case undefined:
      return [];
  }
}

function refusal(identifier: string, reason: string): BulkMark {
  return { identifier, state: 'settled', result: 'refused', reason };
}
