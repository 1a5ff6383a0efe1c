import { StationError } from '../domain/failure.ts';
import type { Page } from '../ports/cloud.ts';

/**
 * Reads a paged list of the cloud to its end, page by page from `first` (cloud-api.md 3.5), and gives each page with the number of the
 * one that follows it, undefined after the last. Ends early where the caller does. Throws `cloud/bad-answer` for a list without an end.
 */
export async function* listPages<Row>(
  read: (page: number) => Promise<Page<Row>>,
  first = 1,
): AsyncGenerator<{ readonly rows: readonly Row[]; readonly next: number | undefined; readonly totalPages: number }> {
  for (let page = first; ; page += 1) {
    if (page > MOST_PAGES) throw new StationError('cloud/bad-answer', `The list has more than ${MOST_PAGES} pages.`);
    const { rows, totalPages } = await read(page);
    const next = page < totalPages ? page + 1 : undefined;
    yield { rows, next, totalPages };
    if (next === undefined) return;
  }
}

/** 25 rows a page at the least: more units than any product has. */
const MOST_PAGES = 400_000;
