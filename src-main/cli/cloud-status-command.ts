import { CLOUD_STATES, type CloudStanding, type CloudState } from '../domain/cloud-work.ts';
import { type Failure, failureOf } from '../domain/failure.ts';
import type { CloudOfStation } from './open-cloud-work.ts';
import { type CloudWorkOptions, today, withRecord } from './open-cloud-work.ts';
import { EXIT, type Output } from './output.ts';

type Batches = Readonly<Record<string, Readonly<Partial<Record<CloudState, number>>>>>;

/**
 * `cloud status`: how much cloud work is open and since when, and units by state of the batches that are asked for, else of those of today
 * and those with open work. With a station file the cloud is asked whether anything holds the work up.
 */
export function cloudStatusCommand(options: CloudWorkOptions, output: Output): Promise<number> {
  return withRecord(options, output, async ({ audit, station, openCloud }) => {
    const open = audit
      .openCloudWork()
      .filter(({ work }) => options.batch === undefined || work.batch === options.batch);
    const day = options.day ?? today();
    const ofDay = options.batch === undefined ? audit.cloudStandings({ day }).map(({ work }) => work.batch) : [];
    const ofOpen = options.day === undefined ? open.map(({ work }) => work.batch) : [];
    const names = new Set(options.batch === undefined ? [...ofDay, ...ofOpen] : [options.batch]);
    const batches: Batches = Object.fromEntries([...names].map((batch) => [batch, audit.countCloudStates(batch)]));
    const held = station === undefined || open.length === 0 ? undefined : await whatHolds(open, await openCloud());
    const oldestAt = open[0]?.work.at;
    const ageMinutes = oldestAt === undefined ? undefined : Math.round((Date.now() - Date.parse(oldestAt)) / 60_000);
    const notInProduct = open.filter(({ last }) => last.state === 'built').length;
    output.result(
      {
        ok: true,
        open: open.length,
        notInProduct,
        ...(oldestAt === undefined || ageMinutes === undefined ? {} : { oldestAt, ageMinutes }),
        batches,
        ...(held === undefined ? {} : { held: { code: held.code, detail: held.detail } }),
      },
      [
        openText(open.length, notInProduct, ageMinutes),
        ...(held === undefined ? [] : [`held up: ${held.detail} [${held.code}]`]),
        ...Object.entries(batches).map(([batch, counts]) => `${batch}: ${countsText(counts)}`),
      ].join('\n'),
    );
    return EXIT.good;
  });
}

/** Why a station could not do its work now: the first product with open work that cannot be read says so. */
async function whatHolds(open: readonly CloudStanding[], { cloud }: CloudOfStation): Promise<Failure | undefined> {
  const signal = AbortSignal.timeout(ASK_MS);
  try {
    for (const productId of new Set(open.map(({ work }) => work.productId))) {
      await cloud.product(productId, { signal, timeoutMs: ASK_MS });
    }
  } catch (thrown) {
    return failureOf(thrown);
  }
  return undefined;
}

const ASK_MS = 15_000;

function openText(open: number, notInProduct: number, ageMinutes: number | undefined): string {
  if (open === 0) return 'Nothing is left to do.';
  const age = ageMinutes === undefined ? '' : `, the oldest for ${ageText(ageMinutes)}`;
  return `${open} units are not done, ${notInProduct} of them not in the product${age}.`;
}

function ageText(minutes: number): string {
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 60 / 24)} days`;
}

function countsText(counts: Readonly<Partial<Record<CloudState, number>>>): string {
  const told = CLOUD_STATES.filter((state) => (counts[state] ?? 0) > 0).map((state) => `${counts[state]} ${state}`);
  return told.length === 0 ? 'no units' : told.join(', ');
}
