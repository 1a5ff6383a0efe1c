import type { CloudPolicy } from '../../domain/cloud-policy.ts';
import { StationError } from '../../domain/failure.ts';
import { platformByName } from '../../domain/platform.ts';
import { moduleVersionOf } from '../../firmware/device-os-releases.ts';
import type {
  DeviceOsSet,
  ProductBinary,
  RecipeOrder,
  SetModule,
  SetRole,
  StoreContents,
} from '../../ports/firmware-store.ts';

/**
 * The text of the recipe an order means, made of what the store has. Same order, same store, same text. Nothing is chosen for the
 * orderer: where two sets or two binaries fit, it rejects with `store/conflict` and says which there are; with `store/not-found` where
 * none does. Pure; whether the parts fit each other is checked when the recipe is loaded.
 */
export function writeRecipe(order: RecipeOrder, contents: StoreContents): string {
  const set = findSet(order, contents.sets);
  const product = findProduct(order, contents.products);
  const one = (role: SetRole): SetModule | undefined => set.modules.find((module) => module.role === role);
  const optional = (member: string, role: SetRole) => {
    const module = one(role);
    return module === undefined ? {} : { [member]: pin(module) };
  };
  const { form, waitMs, mayBePending, readBeforeFlash } = order.sim;
  const recipe = {
    formatVersion: 1,
    name: order.name,
    product: { id: order.productId, version: product.productVersion },
    platform: order.platform,
    deviceOs: order.deviceOs,
    files: {
      system: set.modules.filter(({ role }) => role === 'system-part').map(pin),
      ...optional('radioStack', 'radio-stack'),
      ...optional('bootloader', 'bootloader'),
      ...optional('prebootloader', 'prebootloader'),
      ...(takesNcp(order) ? optional('ncp', 'ncp') : {}),
      application: { path: `product-v${product.productVersion}.bin`, sha256: product.sha256 },
      ...(product.assets.length === 0
        ? {}
        : {
            assets: product.assets.map(({ name, sha256 }) => ({ name, path: `assets/${sha256}`, sha256 })),
          }),
    },
    ...(order.skus === undefined || order.skus.length === 0 ? {} : { skus: [...new Set(order.skus)].sort() }),
    sim: { form, waitMs, mayBePending, readBeforeFlash },
    ...(order.cloud === undefined ? {} : { cloud: inOrder(order.cloud) }),
    ...(order.allowWildcardProductId === true ? { allowWildcardProductId: true } : {}),
  };
  return `${JSON.stringify(recipe, null, 2)}\n`;
}

function findSet(order: RecipeOrder, sets: readonly DeviceOsSet[]): DeviceOsSet {
  const forPlatform = sets.filter(({ platform }) => platform === order.platform);
  const ofRelease = forPlatform.filter(({ deviceOs }) => deviceOs === order.deviceOs);
  const { set: wanted } = order;
  if (wanted !== undefined) checkStart(wanted, 'A set');
  const found = wanted === undefined ? ofRelease : ofRelease.filter(({ id }) => id.startsWith(wanted));
  // Two sets that differ in nothing a recipe takes, as by the Tinker that came along, are one.
  const taken = ({ modules }: DeviceOsSet): string =>
    JSON.stringify(
      modules
        .filter(({ role }) => role !== 'application' && (role !== 'ncp' || takesNcp(order)))
        .map(({ role, index, sha256 }) => [role, index, sha256]),
    );
  const distinct = found.filter((one, at) => found.findIndex((other) => taken(other) === taken(one)) === at);
  const what = `Device OS ${order.deviceOs} for ${order.platform}`;
  const others = [...new Set(forPlatform.map(({ deviceOs }) => deviceOs))];
  const hint = others.length === 0 ? 'add the release first' : `it has ${others.join(', ')}; add the release first`;
  return only(
    distinct,
    what,
    ({ id, lacks }) => `${id.slice(0, 12)}${lacks.length > 0 ? ` without ${lacks.join(', ')}` : ''}`,
    {
      none: `The store has no ${what}${wanted === undefined ? '' : ` whose id begins with ${wanted}`}: ${hint}.`,
      choose: '--set',
    },
  );
}

function findProduct(order: RecipeOrder, products: readonly ProductBinary[]): ProductBinary {
  const forPlatform = products.filter(({ platform }) => platform === order.platform);
  const isVersion = /^[1-9]\d{0,4}$/.test(order.binary);
  if (!isVersion) checkStart(order.binary, 'A binary');
  const named = forPlatform.filter((one) =>
    isVersion ? one.productVersion === Number(order.binary) : one.sha256.startsWith(order.binary),
  );
  const platformId = platformByName(order.platform).id;
  // Built below 4.0 the file names its product, which may be the platform's wildcard; since then only the adder can have said it.
  const meant = named.filter(
    ({ productId }) =>
      productId === order.productId ||
      productId === null ||
      (order.allowWildcardProductId === true && productId === platformId),
  );
  const what = `${isVersion ? `version ${order.binary}` : `binary ${order.binary}`} of product ${order.productId}`;
  const other = named.find((one) => !meant.includes(one));
  const none =
    other === undefined
      ? `The store has no ${what} for ${order.platform}; add it first.`
      : `The store has no ${what} for ${order.platform}: ${other.sha256.slice(0, 12)} is for product ${other.productId}.`;
  // The same file under two entries (added with and without a word about its product) is one binary.
  const distinct = meant.filter((one, at) => meant.findIndex(({ sha256 }) => sha256 === one.sha256) === at);
  return only(distinct, what, ({ sha256 }) => sha256.slice(0, 12), { none, choose: '--binary' });
}

function only<Thing>(
  found: readonly Thing[],
  what: string,
  name: (thing: Thing) => string,
  words: { readonly none: string; readonly choose: string },
): Thing {
  const [first, second] = found;
  if (first === undefined) throw new StationError('store/not-found', words.none);
  if (second === undefined) return first;
  const detail = `The store has ${found.length} of ${what}: ${found.map(name).join('; ')}. Say which with ${words.choose}.`;
  throw new StationError('store/conflict', detail);
}

/** The same wishes are the same text, in whatever order they were given. */
function inOrder({ waitMs, finishLater, ...wishes }: CloudPolicy): object {
  return {
    waitMs,
    finishLater,
    ...Object.fromEntries(Object.entries(wishes).sort(([one], [other]) => (one < other ? -1 : 1))),
  };
}

/** Shorter beginnings are typed by accident. */
function checkStart(text: string, what: string): void {
  if (/^[0-9a-f]{8,64}$/.test(text)) return;
  throw new StationError('request/invalid', `${what} is named by eight or more hex digits of its hash.`);
}

/** Trackers refuse updates of their co-processor since Device OS 5.6.0 (firmware-modules.md 4.3). */
function takesNcp({ platform, deviceOs }: RecipeOrder): boolean {
  return platform !== 'tracker' || (moduleVersionOf(deviceOs) ?? 0) < 5600;
}

/** The path is a hint for people, and where the file lies in an export. */
function pin({ role, index, version, sha256 }: SetModule): { readonly path: string; readonly sha256: string } {
  const name = role === 'system-part' ? `${role}${index}` : role;
  return { path: `${name}-${version}.bin`, sha256 };
}
