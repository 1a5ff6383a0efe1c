import { failureOf } from '../domain/failure.ts';
import type { Iccid } from '../domain/iccid.ts';
import { claimOf, isSurelyNotTaken, sayClaim } from '../domain/sim-claim.ts';
import type { BulkMark } from '../ports/bulk-journal.ts';
import type { CloudSim } from '../ports/cloud.ts';
import {
  type BulkItem,
  type BulkLook,
  type BulkSetting,
  callOptions,
  inRequests,
  PER_PAGE,
  PER_REQUEST,
  tell,
} from './bulk-job.ts';
import { listPages } from './list-everything.ts';

export type SimImportSetting = BulkSetting & {
  /** How long to wait for asked SIMs to appear in the product before the job ends without them. */
  readonly waitMs?: number;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};

/**
 * Imports SIMs into a product, which activates and bills them (cloud-api.md 2.8.1). A SIM is asked for once on this data folder, by
 * its station or by one job: the intent is on disk before the request, a SIM that is in the product already is not asked for, and one
 * whose request may have gone out is only ever looked for. That it is in the product is the proof; activation goes on after it. Rejects
 * with the failure that stops the job; SIMs that did not appear within `waitMs` stay `asked`, or `held` where somebody else is importing
 * them, and running the job again looks for them first.
 */
export async function importSims(items: readonly BulkItem<Iccid>[], setting: SimImportSetting): Promise<void> {
  const { journal, perRequest = PER_REQUEST } = setting;
  tell(setting, 'looking', items);
  settleThose(items, setting, await simsInProduct(items, setting));
  const marks = journal.marks();
  const fresh = items.filter(({ identifier }) => isFresh(marks.get(identifier)));
  await inRequests(
    fresh,
    perRequest,
    (part) => ask(part, items, setting),
    ({ identifier }, { message }) =>
      journal.write([{ identifier, state: 'settled', result: 'refused', reason: message }]),
  );
  await waitForThem(items, setting);
}

/** The SIMs of the product by ICCID; what a list shows is there, what it does not show may only have moved between its pages. */
export async function simsInProduct(
  items: readonly BulkItem<Iccid>[],
  setting: BulkLook,
): Promise<ReadonlyMap<string, CloudSim>> {
  const { cloud, productId } = setting;
  const wanted = new Set<string>(items.map(({ identifier }) => identifier));
  const found = new Map<string, CloudSim>();
  const read = (page: number) => cloud.listSims(productId, { page, perPage: PER_PAGE }, callOptions(setting));
  for await (const { rows } of listPages(read)) {
    for (const sim of rows) if (wanted.has(sim.iccid)) found.set(sim.iccid, sim);
    if (found.size === wanted.size) break;
  }
  return found;
}

/** The same for a few, each looked for by itself: for those the answer is sure. */
export async function simsOneByOne(
  iccids: readonly Iccid[],
  setting: BulkLook,
): Promise<ReadonlyMap<string, CloudSim>> {
  const found = new Map<string, CloudSim>();
  for (let first = 0; first < iccids.length; first += LOOKS_AT_ONCE) {
    const looks = iccids.slice(first, first + LOOKS_AT_ONCE).map(async (iccid) => {
      const sim = await setting.cloud.sim(setting.productId, iccid, callOptions(setting));
      if (sim !== undefined) found.set(iccid, sim);
    });
    await Promise.all(looks);
  }
  return found;
}

/** One request, its intent first. Each SIM is looked for by itself right before: a list may have missed it. */
async function ask(
  part: readonly BulkItem<Iccid>[],
  all: readonly BulkItem<Iccid>[],
  setting: SimImportSetting,
): Promise<void> {
  const { cloud, productId, journal, simImports, list, now } = setting;
  const iccids = part.map(({ identifier }) => identifier);
  const there = await simsOneByOne(iccids, setting);
  const missing = iccids.filter((iccid) => !there.has(iccid));
  settleThose(part, setting, there);
  if (missing.length === 0) return;
  journal.write(missing.map((identifier) => ({ identifier, state: 'asked' })));
  const at = now();
  const claims = missing.map((iccid) => claimOf({ iccid, how: 'import', who: 'job', name: list }, at));
  const held = simImports.claim(productId, claims);
  journal.write([...held].map(([identifier, by]) => ({ identifier, state: 'held', reason: sayClaim(by) })));
  const claimed = missing.filter((iccid) => !held.has(iccid));
  if (claimed.length === 0) return;
  try {
    await cloud.importSims(productId, claimed, callOptions(setting));
  } catch (thrown) {
    if (isSurelyNotTaken(failureOf(thrown).code)) {
      journal.write(claimed.map((identifier) => ({ identifier, state: 'unasked' })));
      simImports.giveBack(
        productId,
        claims.filter(({ iccid }) => !held.has(iccid)),
      );
    }
    throw thrown;
  }
  tell(setting, 'asking', all);
}

async function waitForThem(items: readonly BulkItem<Iccid>[], setting: SimImportSetting): Promise<void> {
  const { journal, sleep, signal, waitMs = WAIT_MS } = setting;
  for (let waitedMs = 0, pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const marks = journal.marks();
    const asked = items.filter(({ identifier }) => isLookedFor(marks.get(identifier)));
    if (asked.length === 0) return;
    settleThose(asked, setting, await simsInProduct(asked, setting));
    tell(setting, 'reading back', items);
    if (waitedMs >= waitMs) return;
    await sleep(pauseMs, signal);
    waitedMs += pauseMs;
  }
}

/** In the product: by this job if it had asked, else before it. */
function settleThose(
  items: readonly BulkItem<Iccid>[],
  { journal }: SimImportSetting,
  sims: ReadonlyMap<string, CloudSim>,
): void {
  const marks = journal.marks();
  journal.write(
    items.flatMap(({ identifier }): BulkMark[] => {
      const sim = sims.get(identifier);
      const mark = marks.get(identifier);
      if (sim === undefined || mark?.state === 'settled') return [];
      const state = 'settled';
      if (sim.state === 'failed') return [{ identifier, state, result: 'failed', reason: reasonOf(sim) }];
      return [
        { identifier, state, result: mark?.state === 'asked' ? 'imported' : 'already-there', reason: reasonOf(sim) },
      ];
    }),
  );
}

function reasonOf({ state, status }: CloudSim): string {
  return state === 'active' ? 'The SIM is active.' : `The SIM is in the product, ${state} (${status}).`;
}

function isFresh(mark: BulkMark | undefined): boolean {
  return mark === undefined || mark.state === 'unasked' || mark.state === 'held';
}

function isLookedFor(mark: BulkMark | undefined): boolean {
  return mark?.state === 'asked' || mark?.state === 'held';
}

const LOOKS_AT_ONCE = 8;
const WAIT_MS = 120_000;
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30_000;
