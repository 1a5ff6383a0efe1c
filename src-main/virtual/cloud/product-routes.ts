import type { JsonObject } from '../../domain/json.ts';
import { type Answer, answer, notOk } from './answer.ts';
import type { ProductRecord } from './cloud-records.ts';
import type { Call, ProductCall, Route } from './route.ts';

/** Products (cloud-api.md 2.10), and the calls that API users find closed (1.6). */
export const PRODUCT_ROUTES: readonly Route[] = [
  { name: 'get-product', method: 'GET', under: /^$/, scope: 'products:get', handle: getProduct },
  {
    name: 'list-products',
    method: 'GET',
    path: /^\/v1\/(?:user\/)?products$/,
    scope: 'products:list',
    handle: listProducts,
  },
  {
    name: 'look-up-serial',
    method: 'GET',
    path: /^\/v1\/serial_numbers\/([^/]+)$/,
    scope: undefined,
    handle: lookUpSerial,
  },
  { name: 'claim-device', method: 'POST', path: /^\/v1\/devices$/, scope: undefined, handle: claimDevice },
];

function getProduct({ product }: ProductCall): Answer {
  return answer({ product: productDetail(product) });
}

function listProducts({ state, bearer }: Call): Answer {
  const mine = [...state.products.values()].filter((product) => product.team.includes(bearer.username));
  return answer({ products: mine.map(productDetail) });
}

/** Both spellings of the device ID's key, because the sources disagree (2.1). */
function lookUpSerial({ state, item }: Call): Answer {
  const device = [...state.devices.values()].find((entry) => entry.serialNumber?.toLowerCase() === item);
  if (device === undefined) return notOk(404, 'Serial number not found');
  return answer({
    ok: true,
    deviceID: device.deviceId,
    device_id: device.deviceId,
    platform_id: device.platformId,
    serial_number: device.serialNumber ?? null,
    ...(device.iccid === undefined ? {} : { iccid: device.iccid }),
  });
}

/** A line leaves units unclaimed (5.2 R6), so this cloud says that it cannot rather than half do it. */
function claimDevice(): Answer {
  return notOk(501, 'The virtual cloud does not claim devices');
}

function productDetail(product: ProductRecord): JsonObject {
  return {
    id: product.id,
    platform_id: product.platformId,
    name: product.name,
    slug: product.slug,
    description: 'A product of the virtual cloud',
    subscription_id: 1234,
    user: product.team[0] ?? null,
    groups: [],
    settings: { location: {}, known_application: { opt_in: true }, quarantine: product.quarantinesUnknown },
    device_protection: product.deviceProtection ? 'active' : 'disabled',
  };
}
