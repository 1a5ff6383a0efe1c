import { type Failure, failureOf, StationError } from '../domain/failure.ts';
import type { Iccid } from '../domain/iccid.ts';
import type { ViewedDay, ViewedFleet, ViewedPage, ViewedSim, ViewedUsage } from '../domain/product-view.ts';
import type { CloudSimDetail, DayUsage, SimQuery } from '../ports/cloud-sims.ts';
import type { ProductAccess } from './product-access.ts';
import { isRefusal } from './rights.ts';

const SHOWN_ROWS = 50;
/** Days of a usage that are shown; the cloud tells those of its present period. */
const MOST_DAYS = 62;

export type SimFilter = {
  readonly page?: number | undefined;
  readonly perPage?: number | undefined;
  /** Part of an ICCID, a device ID or a device name. */
  readonly text?: string | undefined;
};

/** One page of the product's SIMs, and what all of them used, in two requests. A token that may not see the usage still sees the SIMs. */
export async function viewSims(
  access: ProductAccess,
  filter: SimFilter,
): Promise<ViewedPage<ViewedSim> & { readonly fleet: ViewedFleet }> {
  const { cloud, productId, options } = access;
  const page = filter.page ?? 1;
  const query: SimQuery = { page, perPage: filter.perPage ?? SHOWN_ROWS, ...simText(filter.text?.trim() ?? '') };
  const [sims, fleet] = await Promise.all([cloud.sims.list(productId, query, options), viewFleet(access)]);
  return { rows: sims.rows.map(viewedSim), page, totalPages: sims.totalPages, fleet };
}

/** One SIM and its usage by day. Rejects with `sim/not-in-product` when the product does not have it. */
export async function viewSim(
  { cloud, productId, options }: ProductAccess,
  iccid: Iccid,
): Promise<{ readonly sim: ViewedSim; readonly usage: ViewedUsage }> {
  const detail = await cloud.sims.detail(productId, iccid, options);
  if (detail === undefined) {
    throw new StationError('sim/not-in-product', `Product ${productId} does not have SIM ${iccid}.`);
  }
  const usage = await unlessRefused(async () => ({
    days: shownDays(await cloud.sims.usage(productId, iccid, options)),
  }));
  return { sim: viewedSim(detail), usage };
}

/** A SIM as it is shown. */
export function viewedSim(detail: CloudSimDetail): ViewedSim {
  const { iccid, state, status, deviceId, deviceName, carrier, country, owner } = detail;
  const { activations, deactivations, firstActivatedAt, lastActivatedAt } = detail;
  return {
    iccid,
    state,
    status,
    deviceId,
    deviceName,
    carrier,
    country,
    owner,
    activations,
    deactivations,
    firstActivatedAt,
    lastActivatedAt,
  };
}

function viewFleet({ cloud, productId, options }: ProductAccess): Promise<ViewedFleet> {
  return unlessRefused(async () => {
    const { megabytes, activeSims, days } = await cloud.sims.fleetUsage(productId, options);
    return { megabytes, activeSims, days: shownDays(days) };
  });
}

function shownDays(days: readonly DayUsage[]): readonly ViewedDay[] {
  return days.slice(-MOST_DAYS).map(({ date, megabytes }) => ({ date, megabytes }));
}

/** Usage needs rights of its own, and for one SIM none is documented (cloud-api.md 1.6): without it the SIM is shown all the same. */
async function unlessRefused<Seen>(look: () => Promise<Seen>): Promise<Seen | { readonly refused: Failure }> {
  try {
    return await look();
  } catch (thrown) {
    const refused = failureOf(thrown);
    if (isRefusal(refused.code)) return { refused };
    throw thrown;
  }
}

/** Which of the three filters a text means (cloud-api.md 2.8.2): digits from 89 on an ICCID, hex digits a device ID, else a name. */
function simText(text: string): Partial<SimQuery> {
  if (text === '') return {};
  if (/^89\d*$/.test(text)) return { iccid: text };
  return /^[0-9a-f]{6,24}$/i.test(text) ? { deviceId: text.toLowerCase() } : { deviceName: text };
}
