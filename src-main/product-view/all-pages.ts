import type { Page } from '../ports/cloud.ts';

/** Rows asked for in one request. What the cloud gives at most is UNVERIFIED (cloud-api.md 2.3); fewer a page only means more pages. */
export const SCAN_ROWS = 100;
/** Pages asked for at the same time. */
const AT_ONCE = 4;
/** 10,000 rows: more than this is a job of its own and no look. */
const MOST_PAGES = 100;

/**
 * Every row of a list, its pages read some at a time. Rows move between pages while they are read, so each counts once, by its key
 * (cloud-api.md 3.5). `isComplete` is false when there were more pages than `mostPages`. Rejects as `read` does.
 */
export async function allPages<Row>(
  read: (page: number) => Promise<Page<Row>>,
  keyOf: (row: Row) => string,
  mostPages = MOST_PAGES,
): Promise<{ readonly rows: readonly Row[]; readonly isComplete: boolean }> {
  const first = await read(1);
  const found = new Map(first.rows.map((row) => [keyOf(row), row]));
  const last = Math.min(first.totalPages, mostPages);
  for (let page = 2; page <= last; page += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, last - page + 1) }, (_, index) => page + index);
    for (const { rows } of await Promise.all(numbers.map(read))) {
      for (const row of rows) found.set(keyOf(row), row);
    }
  }
  return { rows: [...found.values()], isComplete: first.totalPages <= mostPages };
}

/**
 * How many rows a list has, for one request: with one row a page it has as many pages as rows. A server that does not give so small
 * pages is believed only where a single page holds everything, and is read through otherwise.
 */
export async function countRows<Row>(
  read: (page: number, perPage: number) => Promise<Page<Row>>,
  keyOf: (row: Row) => string,
): Promise<number> {
  const { rows, totalPages } = await read(1, 1);
  if (rows.length <= 1) return rows.length === 0 ? 0 : totalPages;
  if (totalPages === 1) return rows.length;
  const all = await allPages((page) => read(page, SCAN_ROWS), keyOf, Number.POSITIVE_INFINITY);
  return all.rows.length;
}
