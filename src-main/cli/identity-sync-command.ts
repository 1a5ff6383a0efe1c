import { syncProduct } from '../identity/sync-product.ts';
import type { IdentityOptions } from './identity-commands.ts';
import { withBulkCloud } from './open-bulk-cloud.ts';
import { withAbort, withBook } from './open-identity.ts';
import { EXIT, type Output } from './output.ts';

/** `identity sync`: exit 0 when the whole list was taken over and nothing in it contradicts the book. */
export async function syncBookCommand(
  _: readonly string[],
  options: IdentityOptions & { readonly station: string; readonly product: number },
  output: Output,
): Promise<number> {
  return withAbort(output, (signal) =>
    withBulkCloud(options.station, options.product, async (cloud, dataFolder) => {
      const folder = options.hasOwnData ? options.data : dataFolder;
      const done = await withBook(
        folder,
        (book) =>
          syncProduct(book, {
            cloud,
            productId: options.product,
            signal,
            now: () => new Date(),
            progress: (page, ofPages) => {
              if (output.json) output.result({ progress: { page, ofPages } }, '');
              else console.error(`page ${page} of ${ofPages}`);
            },
          }),
        { mustExist: false },
      );
      if (done === undefined) return EXIT.bad;
      const { rows, added, completed, known, isResumed } = done;
      const conflicts = done.contradictions.map(({ identifiers, what }) => ({ identifiers, what }));
      output.result(
        { ok: conflicts.length === 0, rows, added, completed, known, isResumed, contradictions: conflicts },
        [
          `${rows} rows${isResumed ? ', from where the last sync broke off' : ''}: ${added} new units, ${completed} completed, ${known} known before, ${conflicts.length} contradictions`,
          ...conflicts.map(({ what }) => `  CONTRADICTS: ${what}`),
        ].join('\n'),
      );
      return conflicts.length === 0 ? EXIT.good : EXIT.bad;
    }),
  );
}
