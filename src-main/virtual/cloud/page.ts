/**
 * One page of a list and the `meta` that goes with it (cloud-api.md 3.5): 1-based `page`, size `perPage` or `per_page`,
 * default 25, at most 500; at least one page even when empty.
 */
export function pageOf<Row>(
  rows: readonly Row[],
  query: URLSearchParams,
): { readonly rows: Row[]; readonly meta: PageMeta } {
  const size = Math.min(500, positive(query.get('perPage') ?? query.get('per_page'), 25));
  const page = positive(query.get('page'), 1);
  return {
    rows: rows.slice((page - 1) * size, page * size),
    meta: { total_pages: Math.max(1, Math.ceil(rows.length / size)), page, per_page: size, total: rows.length },
  };
}

type PageMeta = {
  readonly total_pages: number;
  readonly page: number;
  readonly per_page: number;
  readonly total: number;
};

function positive(text: string | null, otherwise: number): number {
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : otherwise;
}
