import * as z from 'zod';
import type { Page, PageQuery } from '../../ports/cloud.ts';
import type { CloudRequest } from './cloud-request.ts';

/** Where a list says how many pages it has (cloud-api.md 3.5). Without it, a single page is all there is. */
export const pageMeta = z.looseObject({ total_pages: z.int().min(0).max(1_000_000).nullish() }).nullish();

/** The page of a list; an empty list has one page, of no rows. */
export function pageOf<Row>(rows: readonly Row[], meta: z.infer<typeof pageMeta>): Page<Row> {
  return { rows, totalPages: Math.max(1, meta?.total_pages ?? 1) };
}

/** The query of a page. The reference says `perPage`, the SDK sends `per_page`: both are sent (trap 9). */
export function pageQueryOf(query: PageQuery): NonNullable<CloudRequest['query']> {
  const { page, perPage, serialNumber, deviceId, groups } = query;
  return {
    page,
    perPage,
    per_page: perPage,
    serialNumber,
    deviceId,
    groups: groups?.length === 0 ? undefined : groups,
  };
}
