import type { Iccid } from '../domain/iccid.ts';
import { type BulkItem, type BulkLook, callOptions, PER_PAGE } from './bulk-job.ts';
import { simsInProduct } from './import-sims.ts';
import { listPages } from './list-everything.ts';

/** What a product has before a job: so many of the job's items, and so many units in all where that was counted. */
export type FoundThere = { readonly there: number; readonly members?: number };

/**
 * How many of the units of a job the product has already, by its device list; changes nothing. Its members are counted as well, to be held
 * against its plan, unless it turns out before the end of the list that there is nothing to add. Units in quarantine are none.
 */
export async function countMembers(items: readonly BulkItem[], setting: BulkLook): Promise<FoundThere> {
  const { cloud, productId } = setting;
  const wanted = new Set(items.map(({ identifier }) => identifier));
  const found = new Set<string>();
  const members = new Set<string>();
  const read = (page: number) => cloud.listDevices(productId, { page, perPage: PER_PAGE }, callOptions(setting));
  for await (const { rows } of listPages(read)) {
    for (const { id, serialNumber, iccid, quarantined, denied } of rows) {
      if (quarantined || denied) continue;
      members.add(id);
      for (const one of [id, serialNumber?.toUpperCase(), iccid])
        if (one !== undefined && wanted.has(one)) found.add(one);
    }
    if (found.size === wanted.size) return { there: found.size };
  }
  return { there: found.size, members: members.size };
}

/** How many of the SIMs of a job the product has already; changes nothing. */
export async function countSims(items: readonly BulkItem<Iccid>[], setting: BulkLook): Promise<FoundThere> {
  return { there: (await simsInProduct(items, setting)).size };
}
