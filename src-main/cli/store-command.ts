import type { JsonObject } from '../domain/json.ts';
import { withStore } from './open-store.ts';
import { EXIT, type Output } from './output.ts';
import type { StoreOptions } from './store-commands.ts';

/** `firmware list`: every Device OS set and product binary, with where it came from. */
export async function listStoreCommand(_: readonly string[], options: StoreOptions, output: Output): Promise<number> {
  return withStore(options, output, async ({ store }) => {
    const { sets, products, damaged } = await store.contents();
    const lines = [
      ...sets.map(
        ({ id, platform, deviceOs, lacks, origin }) =>
          `set     ${id.slice(0, 12)}  ${platform.padEnd(8)} Device OS ${deviceOs}${lacks.length === 0 ? '' : ` without ${lacks.join(', ')}`}  (${origin.from}, ${origin.verified})`,
      ),
      ...products.map(
        ({ sha256, platform, productId, productVersion, assets, origin }) =>
          `binary  ${sha256.slice(0, 12)}  ${platform.padEnd(8)} product ${productId ?? 'not said'} version ${productVersion}${assets.length === 0 ? '' : ` with ${assets.length} ${assets.length === 1 ? 'asset' : 'assets'}`}  (${origin.from}, ${origin.verified})`,
      ),
      ...damaged.map((id) => `DAMAGED ${id}: linewright firmware rebuild puts that right, or add the same files again`),
    ];
    const contents = JSON.parse(JSON.stringify({ sets, products, damaged })) as JsonObject;
    const isWhole = damaged.length === 0;
    output.result({ ok: isWhole, ...contents }, lines.length === 0 ? 'The store is empty.' : lines.join('\n'));
    return isWhole ? EXIT.good : EXIT.bad;
  });
}

/** `firmware check`: exit 0 only when everything in the store is what it was when it came. */
export async function checkStoreCommand(_: readonly string[], options: StoreOptions, output: Output): Promise<number> {
  return withStore(options, output, async ({ store }) => {
    const { objects, entries, recipes, problems } = await store.check();
    const whole = problems.length === 0;
    const counted = `${objects} objects, ${entries} sets and binaries, ${recipes} recipes`;
    output.result(
      { ok: whole, objects, entries, recipes, problems },
      whole ? `whole: ${counted}` : [`NOT WHOLE: ${counted}`, ...problems.map((problem) => `  ${problem}`)].join('\n'),
    );
    return whole ? EXIT.good : EXIT.bad;
  });
}

/** `firmware rebuild`: for a store whose entries or recipe versions were lost or damaged. */
export async function rebuildStoreCommand(
  _: readonly string[],
  options: StoreOptions,
  output: Output,
): Promise<number> {
  return withStore(options, output, async ({ store }) => {
    const { entries, recipes } = await store.rebuild();
    output.result(
      { ok: true, entries, recipes },
      `made anew: ${entries} sets and binaries, ${recipes} recipe versions; linewright firmware check says what is still missing`,
    );
    return EXIT.good;
  });
}
