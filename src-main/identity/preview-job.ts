import type { Iccid } from '../domain/iccid.ts';
import { type BulkItem, type BulkLook, callOptions, PER_PAGE } from './bulk-job.ts';
import { simsInProduct } from './import-sims.ts';
import { listPages } from './list-everything.ts';

/** How many of the units of a job the product has already, by its device list; changes nothing. */
export async function countMembers(items: readonly BulkItem[], setting: BulkLook): Promise<number> {
  const { cloud, productId } = setting;
  const wanted = new Set(items.map(({ identifier }) => identifier));
  const found = new Set<string>();
  const read = (page: number) => cloud.listDevices(productId, { page, perPage: PER_PAGE }, callOptions(setting));
  for await (const { rows } of listPages(read)) {
    for (const { id, serialNumber, iccid, quarantined, denied } of rows) {
      if (quarantined || denied) continue;
      for (const one of [id, serialNumber?.toUpperCase(), iccid])
        if (one !== undefined && wanted.has(one)) found.add(one);
    }
    if (found.size === wanted.size) break;
  }
  return found.size;
}

/** How many of the SIMs of a job the product has already; changes nothing. */
export async function countSims(items: readonly BulkItem<Iccid>[], setting: BulkLook): Promise<number> {
  return (await simsInProduct(items, setting)).size;
}
