import type { CloudStep } from '../domain/cloud-work.ts';
import type { CloudDevice, Page } from '../ports/cloud.ts';
import { deviceIdOf } from './ask-for-membership.ts';
import { earliest, inBackground, parts, type Round, unlessAboutOne } from './lane.ts';
import { notProven, stepOfMember } from './membership-proof.ts';
import type { QueuedUnit } from './queued-unit.ts';

/**
 * Reads back the units that were asked for and were not proven along with a later request, in the way that takes the fewest requests:
 * one by one, by the pages of the product's list, or by asking for all of them once more. A unit the product does not have is asked
 * for again, later and later. Resolves with the time at which something is due again.
 */
export async function proveMembership(units: readonly QueuedUnit[], round: Round): Promise<number> {
  const { nowMs, limit } = round;
  const asked = units.filter(({ state, askedAtMs }) => state === 'built' && askedAtMs !== undefined);
  const due = asked.filter(({ membershipDueMs }) => membershipDueMs <= nowMs);
  // A whole request full of them need not wait for company.
  const ready = asked.length >= limit.chunk ? asked : due;
  if (ready.length > 0) {
    const found = await readBack(ready, round);
    const answeredMs = performance.now();
    const steps: { unit: QueuedUnit; step: CloudStep }[] = [];
    for (const unit of ready) {
      const device = found.get(unit.deviceId);
      if (device !== undefined && isMember(device, unit, round)) {
        steps.push({
          unit,
          step: stepOfMember(unit, round, device === 'asked again' ? 'already-member' : 'read back', answeredMs),
        });
      } else {
        notProven(unit, round);
      }
    }
    round.record(steps);
  }
  return earliest(asked.filter(({ state }) => state === 'built').map(({ membershipDueMs }) => membershipDueMs));
}

type Found = CloudDevice | 'asked again';

async function readBack(units: readonly QueuedUnit[], round: Round): Promise<ReadonlyMap<string, Found>> {
  const one = units.length;
  if (one === 1) return readEach(units, round);
  // How long the list is must be known once; the page that tells it is used if the list is.
  const first = round.pages.devices === undefined ? await readPage(1, round) : undefined;
  const list = round.pages.devices ?? 1;
  const needOwner = units.some(({ work }) => work.claimUser !== undefined);
  const asking = needOwner ? Number.POSITIVE_INFINITY : Math.ceil(one / round.limit.chunk);
  if (list <= Math.min(one, asking)) return readList(units, first, round);
  return one <= asking ? readEach(units, round) : askAgain(units, round);
}

async function readEach(units: readonly QueuedUnit[], round: Round): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>();
  for (const part of parts(units, round.pace.parallelReads)) {
    const devices = await Promise.all(
      part.map((unit) => unlessAboutOne(round.cloud.device(round.productId, deviceIdOf(unit), inBackground(round)))),
    );
    for (const device of devices) if (device !== undefined) found.set(device.id, device);
  }
  return found;
}

/** Rows may move between pages while others are added (3.5), so what is missed here is looked for again, not called absent. */
async function readList(
  units: readonly QueuedUnit[],
  first: Page<CloudDevice> | undefined,
  round: Round,
): Promise<ReadonlyMap<string, Found>> {
  const wanted = new Set(units.map(({ deviceId }) => deviceId));
  const found = new Map<string, Found>();
  for (let page = 1, pages = 1; page <= pages && found.size < wanted.size; page += 1) {
    const { rows, totalPages } = (page === 1 ? first : undefined) ?? (await readPage(page, round));
    pages = totalPages;
    for (const device of rows) if (wanted.has(device.id)) found.set(device.id, device);
  }
  return found;
}

async function readPage(page: number, round: Round): Promise<Page<CloudDevice>> {
  const query = { page, perPage: round.pace.perPage };
  const read = await round.cloud.listDevices(round.productId, query, inBackground(round));
  round.pages.devices = read.totalPages;
  return read;
}

async function askAgain(units: readonly QueuedUnit[], round: Round): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>();
  for (const part of parts(units, round.limit.chunk)) {
    const order = { identifiers: part.map(({ deviceId }) => deviceId), importSims: true };
    const verdicts = await round.cloud.addDevices(round.productId, order, inBackground(round));
    for (const { deviceId } of part) {
      if (verdicts.get(deviceId)?.kind === 'already-member') found.set(deviceId, 'asked again');
    }
  }
  return found;
}

function isMember(device: Found, { work }: QueuedUnit, { productId }: Round): boolean {
  if (device === 'asked again') return true;
  const isOwned = work.claimUser === undefined || device.owner?.toLowerCase() === work.claimUser.toLowerCase();
  return device.productId === productId && !device.quarantined && !device.denied && isOwned;
}
