import { StationError } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure-codes.ts';
import type { Iccid } from '../domain/iccid.ts';
import type { BulkMark, SimImportLedger } from '../ports/bulk-journal.ts';
import type { CloudSim } from '../ports/cloud.ts';
import { type BulkItem, type BulkSetting, callOptions, inRequests, PER_PAGE, PER_REQUEST, tell } from './bulk-job.ts';
import { listPages } from './list-everything.ts';

export type SimImportSetting = BulkSetting & {
  readonly ledger: SimImportLedger;
  /** How long to wait for asked SIMs to appear in the product before the job ends without them. */
  readonly waitMs?: number;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};

/**
 * Imports SIMs into a product, which activates and bills them (cloud-api.md 2.8.1). A SIM is asked for once by this station:
 * the intent is on disk before the request, a SIM that is in the product already is not asked for, and one whose request may have gone
 * out is only ever looked for. That it is in the product is the proof; activation goes on after it. Rejects with the failure that stops
 * the job; SIMs that did not appear within `waitMs` stay `asked`, and running the job again looks for them.
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
  setting: Omit<BulkSetting, 'journal'>,
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

/** One request, its intent first. Each SIM is looked for by itself right before: a list may have missed it. */
async function ask(
  part: readonly BulkItem<Iccid>[],
  all: readonly BulkItem<Iccid>[],
  setting: SimImportSetting,
): Promise<void> {
  const { cloud, productId, journal, ledger } = setting;
  const missing: Iccid[] = [];
  const there = new Map<string, CloudSim>();
  for (let first = 0; first < part.length; first += LOOKS_AT_ONCE) {
    const looks = part.slice(first, first + LOOKS_AT_ONCE).map(async ({ identifier }) => {
      const sim = await cloud.sim(productId, identifier, callOptions(setting));
      if (sim === undefined) missing.push(identifier);
      else there.set(identifier, sim);
    });
    await Promise.all(looks);
  }
  settleThose(part, setting, there);
  if (missing.length === 0) return;
  journal.write(missing.map((identifier) => ({ identifier, state: 'asked' })));
  const claimed = ledger.claim(productId, missing);
  const byOthers = missing.filter((identifier) => !claimed.includes(identifier));
  journal.write(byOthers.map((identifier) => ({ identifier, state: 'asked', reason: BY_ANOTHER_JOB })));
  if (claimed.length === 0) return;
  try {
    await cloud.importSims(productId, claimed, callOptions(setting));
  } catch (thrown) {
    // An answer that refuses the whole request says that nothing was done; after anything else it may have been.
    if (isSurelyNotTaken(thrown)) {
      journal.write(claimed.map((identifier) => ({ identifier, state: 'unasked' })));
      ledger.notTaken(productId, claimed);
    }
    throw thrown;
  }
  tell(setting, 'asking', all);
}

async function waitForThem(items: readonly BulkItem<Iccid>[], setting: SimImportSetting): Promise<void> {
  const { journal, sleep, signal, waitMs = WAIT_MS } = setting;
  for (let waitedMs = 0, pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const marks = journal.marks();
    const asked = items.filter(({ identifier }) => marks.get(identifier)?.state === 'asked');
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
  return mark === undefined || mark.state === 'unasked';
}

function isSurelyNotTaken(thrown: unknown): boolean {
  return thrown instanceof StationError && REFUSALS.has(thrown.code);
}

const REFUSALS: ReadonlySet<FailureCode> = new Set([
  ...([
    'cloud/refused',
    'cloud/permission',
    'cloud/rights-missing',
    'cloud/rate-limited',
    'cloud/limit-reached',
  ] as const),
]);

const BY_ANOTHER_JOB = 'Another job of this station has asked for it and it is not seen in the product yet.';
const LOOKS_AT_ONCE = 8;
const WAIT_MS = 120_000;
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30_000;
