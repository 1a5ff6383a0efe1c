import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StationError } from '../../../src-main/domain/failure.ts';
import type { CloudOptions } from '../../../src-main/ports/cloud.ts';
import type { ProductCloud } from '../../../src-main/ports/product-cloud.ts';
import { D1, I1, PRODUCT, within } from './cloud-bench.ts';
import { productAnswering, productBinary } from './product-bench.ts';

type Call = (product: ProductCloud, options: CloudOptions) => Promise<unknown>;

const READS: Readonly<Record<string, Call>> = {
  'products.list': ({ products }, options) => products.list(options),
  'products.detail': ({ products }, options) => products.detail(PRODUCT, options),
  'products.team': ({ products }, options) => products.team(PRODUCT, options),
  'products.countCustomers': ({ products }, options) => products.countCustomers(PRODUCT, options),
  'devices.detail': ({ devices }, options) => devices.detail(PRODUCT, D1, options),
  'devices.list': ({ devices }, options) => devices.list(PRODUCT, { page: 1, perPage: 5 }, options),
  'groups.list': ({ groups }, options) => groups.list(PRODUCT, options),
  'groups.get': ({ groups }, options) => groups.get(PRODUCT, 'pilot', options),
  'sims.detail': ({ sims }, options) => sims.detail(PRODUCT, I1, options),
  'sims.list': ({ sims }, options) => sims.list(PRODUCT, { page: 1, perPage: 5 }, options),
  'sims.usage': ({ sims }, options) => sims.usage(PRODUCT, I1, options),
  'sims.fleetUsage': ({ sims }, options) => sims.fleetUsage(PRODUCT, options),
  'firmware.list': ({ firmware }, options) => firmware.list(PRODUCT, options),
  'firmware.get': ({ firmware }, options) => firmware.get(PRODUCT, 13, options),
};

const CHANGES: Readonly<Record<string, Call>> = {
  'devices.lock': ({ devices }, options) => devices.lock(PRODUCT, D1, { version: 13, flash: 'now' }, options),
  'devices.claim': ({ devices }, options) => devices.claim(PRODUCT, D1, options),
  'devices.unclaim': ({ devices }, options) => devices.unclaim(PRODUCT, D1, options),
  'devices.remove': ({ devices }, options) => devices.remove(PRODUCT, D1, options),
  'groups.create': ({ groups }, options) => groups.create(PRODUCT, { name: 'pilot' }, options),
  'sims.reactivate': ({ sims }, options) => sims.reactivate(PRODUCT, I1, options),
  'firmware.upload': ({ firmware }, options) =>
    firmware.upload(PRODUCT, { bytes: BINARY, fileName: 'a.bin', version: 13, title: 'A' }, options),
  'firmware.release': ({ firmware }, options) => firmware.release(PRODUCT, 13, { productDefault: true }, options),
};

const BINARY = productBinary({ version: 13 });

describe('whatever the cloud answers', () => {
  test.each(Object.entries({ ...READS, ...CHANGES }))(
    '%s gives a value or an error with a code',
    async (_name, call) => {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(200, 201, 400, 404, 409), fc.jsonValue(), async (status, body) => {
          const outcome = await call(productAnswering([status, body]), within(5_000)).catch((thrown) => thrown);
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(StationError);
        }),
        { numRuns: 60 },
      );
    },
  );

  test.each(Object.entries(READS))(
    '%s takes fields it does not know and names one that is missing',
    async (name, call) => {
      const known = name === 'firmware.list' ? [KNOWN] : KNOWN;
      expect(await call(productAnswering([200, known]), within(5_000))).toBeDefined();
      const error = await call(productAnswering([200, { unknown: true }]), within(5_000)).catch((thrown) => thrown);
      expect(error).toMatchObject({
        code: 'cloud/bad-answer',
        message: expect.stringMatching(/missing or wrong: (the whole answer|[a-z_]+)/),
      });
    },
  );
});

/** One answer that is good for every question. */
const KNOWN = (() => {
  const row = { id: D1, product_id: PRODUCT, more: 1 };
  const sim = { _id: I1, status: 'active', more: 1 };
  const day = { date: '2026-11-28', mbs_used: 1, more: 1 };
  const product = { id: PRODUCT, name: 'x', platform_id: 13, more: 1 };
  return {
    ...row,
    ...sim,
    iccid: I1,
    product,
    products: [product],
    team: [{ username: 'x', more: 1 }],
    customers: [],
    devices: [row],
    sims: [sim],
    groups: [],
    group: { name: 'pilot', more: 1 },
    version: 13,
    total_mbs_used: 1,
    total_active_sim_cards: 1,
    usage_by_day: [day],
    meta: { total_pages: 1, more: 1 },
  };
})();
