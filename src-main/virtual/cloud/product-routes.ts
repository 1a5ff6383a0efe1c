import type { JsonObject } from '../../domain/json.ts';
import { type Answer, answer, notOk } from './answer.ts';
import type { ProductRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { findByIdentifier } from './identifier-index.ts';
import type { Call, ProductCall, Route } from './route.ts';

/** Products (cloud-api.md 2.10), and the calls that API users find closed (1.6). */
export const PRODUCT_ROUTES: readonly Route[] = [
  { name: 'get-product', method: 'GET', under: /^$/, scope: 'products:get', handle: getProduct },
  {
    name: 'list-products',
    method: 'GET',
    path: /^\/v1\/(?:user\/|orgs\/[^/]+\/)?products$/,
    scope: 'products:list',
    handle: listProducts,
  },
  {
    name: 'look-up-serial',
    method: 'GET',
    path: /^\/v1\/serial_numbers\/([^/]+)$/,
    scope: undefined,
    limit: 'serial',
    handle: lookUpSerial,
  },
];

function getProduct({ state, product }: ProductCall): Answer {
  return answer({ product: productDetail(state, product) });
}

function listProducts({ state, bearer }: Call): Answer {
  const isMine = (product: ProductRecord) =>
    bearer.productId === undefined ? product.team.includes(bearer.username) : product.id === bearer.productId;
  return answer({
    products: [...state.products.values()].filter(isMine).map((product) => productDetail(state, product)),
  });
}

/** Both spellings of the device ID's key, because the sources disagree (2.1). */
function lookUpSerial({ state, item }: Call): Answer {
  const device = findByIdentifier(state, item);
  if (device?.serialNumber?.toLowerCase() !== item) return notOk(404, 'Serial number not found');
  return answer({
    ok: true,
    deviceID: device.deviceId,
    device_id: device.deviceId,
    platform_id: device.platformId,
    serial_number: device.serialNumber,
    ...(device.iccid === undefined ? {} : { iccid: device.iccid }),
  });
}

function productDetail(state: CloudState, product: ProductRecord): JsonObject {
  const groups = [...state.groups.values()].filter(({ productId }) => productId === product.id).map(({ name }) => name);
  return {
    id: product.id,
    platform_id: product.platformId,
    name: product.name,
    slug: product.slug,
    description: 'A product of the virtual cloud',
    subscription_id: 1234,
    user: product.team[0] ?? null,
    groups,
    settings: { location: {}, known_application: { opt_in: true }, quarantine: product.quarantinesUnknown },
    device_protection: product.deviceProtection ? 'active' : 'disabled',
  };
}
