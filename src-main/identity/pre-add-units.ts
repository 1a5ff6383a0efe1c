import { failureOf, StationError } from '../domain/failure.ts';
import { claimOf, isSurelyNotTaken, type SimClaim, sayClaim } from '../domain/sim-claim.ts';
import type { BulkMark } from '../ports/bulk-journal.ts';
import type { ImportVerdict } from '../ports/cloud.ts';
import { type BulkItem, type BulkSetting, callOptions, inRequests, PER_REQUEST, tell } from './bulk-job.ts';
import { simsOneByOne } from './import-sims.ts';

/**
 * Pre-adds units to a product, many in one request (cloud-api.md 2.2), each by its own verdict. "Added" is not believed: what was added
 * is asked for again, and only "was there before" settles it. Safe to repeat from any point; what the journal has settled is not asked
 * again. A unit whose line names a SIM that somebody is importing by itself is left `held` while that SIM does not show: its pre-add would
 * bring the SIM along a second time (R22). Rejects with the failure that stops the job (no network, no right, abort); the journal then
 * says how far it came.
 */
export async function preAddUnits(items: readonly BulkItem[], setting: BulkSetting): Promise<void> {
  const { journal, perRequest = PER_REQUEST } = setting;
  const open = (): readonly BulkItem[] => {
    const marks = journal.marks();
    return items.filter(({ identifier }) => marks.get(identifier)?.state !== 'settled');
  };
  tell(setting, 'asking', items);
  for (const doing of ['asking', 'reading back'] as const) {
    await inRequests(
      open(),
      perRequest,
      async (part) => {
        await ask(part, setting);
        tell(setting, doing, items);
      },
      ({ identifier }, { message }) => journal.write([refusal(identifier, message)]),
    );
  }
  const marks = journal.marks();
  const unproven = open().filter(({ identifier }) => marks.get(identifier)?.state !== 'held').length;
  if (unproven === 0) return;
  // Two rounds of "added" for one unit: the cloud answers and does not keep.
  const detail = `The cloud says of ${unproven} units each time that it adds them, and never that it has them.`;
  throw new StationError('cloud/not-in-product', detail);
}

/** One request. A unit that this job added, now or before a crash, is settled by the answer that it is there. */
async function ask(part: readonly BulkItem[], setting: BulkSetting): Promise<void> {
  const { cloud, productId, journal, simImports } = setting;
  const before = journal.marks();
  const { free, claims } = await claimSims(part, setting);
  if (free.length === 0) return;
  const identifiers = free.map(({ identifier }) => identifier);
  let verdicts: ReadonlyMap<string, ImportVerdict>;
  try {
    verdicts = await cloud.addDevices(productId, { identifiers, importSims: true }, callOptions(setting));
  } catch (thrown) {
    if (isSurelyNotTaken(failureOf(thrown).code)) simImports.giveBack(productId, [...claims.values()]);
    throw thrown;
  }
  const marks = identifiers.flatMap((identifier) =>
    markOf(identifier, verdicts.get(identifier), before.get(identifier)),
  );
  journal.write(marks);
  const refused = marks.flatMap(({ identifier, result }) =>
    result === 'refused' ? (claims.get(identifier) ?? []) : [],
  );
  if (refused.length > 0) simImports.giveBack(productId, refused);
}

/** Claims the SIMs that come along, and leaves out the units whose SIM is being imported by itself and does not show yet. */
async function claimSims(
  part: readonly BulkItem[],
  setting: BulkSetting,
): Promise<{ readonly free: readonly BulkItem[]; readonly claims: ReadonlyMap<string, SimClaim> }> {
  const { productId, journal, simImports, list, now } = setting;
  const marks = journal.marks();
  const at = now();
  const claims = new Map<string, SimClaim>();
  for (const { identifier, iccid } of part) {
    // One that was asked for is asked again for its proof: it is there, and nothing else changes (cloud-api.md 2.2.3).
    if (iccid === undefined || marks.get(identifier)?.state === 'asked') continue;
    claims.set(identifier, claimOf({ iccid, how: 'pre-add', who: 'job', name: list }, at));
  }
  if (claims.size === 0) return { free: part, claims };
  const held = simImports.claim(productId, [...claims.values()]);
  if (held.size === 0) return { free: part, claims };
  const holder = ({ identifier, iccid }: BulkItem) => (claims.has(identifier) ? held.get(iccid ?? '') : undefined);
  const there = await simsOneByOne(
    part.flatMap((item) => (holder(item) === undefined || item.iccid === undefined ? [] : [item.iccid])),
    setting,
  );
  const free: BulkItem[] = [];
  const waiting: BulkMark[] = [];
  for (const item of part) {
    const by = holder(item);
    if (by === undefined || there.has(by.iccid)) free.push(item);
    else waiting.push({ identifier: item.identifier, state: 'held', reason: sayClaim(by) });
    if (by !== undefined) claims.delete(item.identifier);
  }
  journal.write(waiting);
  return { free, claims };
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
