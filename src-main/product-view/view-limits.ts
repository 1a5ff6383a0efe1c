import { planUse } from '../domain/plan-limits.ts';
import type { ViewedLimits } from '../domain/product-view.ts';
import { allPages, countRows, SCAN_ROWS } from './all-pages.ts';
import type { ProductAccess } from './product-access.ts';

/**
 * How full the product is. The cloud tells neither the number of devices nor what the plan allows: the first is counted with one
 * request, the second comes from a person. Devices in quarantine are no members (cloud-api.md R14) and are taken off, as far as the
 * cloud's filter for them works (UNVERIFIED, 2.3): what it lets through is looked at once more.
 */
export async function viewLimits(
  { cloud, productId, options }: ProductAccess,
  planDevices: number | undefined,
): Promise<ViewedLimits> {
  const [listed, waiting, sims] = await Promise.all([
    countRows(
      (page, perPage) => cloud.devices.list(productId, { page, perPage }, options),
      ({ id }) => id,
    ),
    allPages(
      (page) => cloud.devices.list(productId, { page, perPage: SCAN_ROWS, standing: 'quarantined' }, options),
      ({ id }) => id,
    ),
    countRows(
      (page, perPage) => cloud.sims.list(productId, { page, perPage }, options),
      ({ iccid }) => iccid,
    ),
  ]);
  const quarantined = waiting.rows.filter((row) => row.quarantined || row.denied).length;
  return {
    devices: planUse(listed - quarantined, planDevices),
    quarantined,
    sims,
    lookUpsLeft: cloud.serialNumbers.left(),
  };
}
