import { describe, expect, test } from 'vitest';
import { createHttpCloud } from '../../../src-main/adapters/cloud/cloud.http.ts';
import type { PageQuery } from '../../../src-main/ports/cloud.ts';
import { rememberProduct } from '../../../src-main/station/remember-product.ts';
import { D1, D2, D3, D4, D5, D7, errorOf, I1, I7, PRODUCT, startCloudBench, within } from './cloud-bench.ts';

describe('many units in one request', () => {
  test('each gets its own verdict, by the spelling it was sent in', async () => {
    await using bench = await startCloudBench();
    const identifiers = [` ${D1.toUpperCase()}\t`, D2, D3, D4, D5, 'WAT', D1];
    const verdicts = await bench.cloud.addDevices(PRODUCT, { identifiers }, bench.options);
    expect([...verdicts.keys()]).toEqual(identifiers);
    const codes = [...verdicts.values()].map((verdict) => (verdict.kind === 'refused' ? verdict.code : verdict.kind));
    expect(codes).toEqual([
      'added',
      'already-member',
      'cloud/device-rejected',
      'cloud/device-rejected',
      'cloud/device-owned',
      'cloud/device-rejected',
      'added',
    ]);
    expect(bench.virtual.requests.list()).toHaveLength(1);
  });

  test('a unit is known by its serial number, IMEI or ICCID as well', async () => {
    await using bench = await startCloudBench();
    for (const identifier of ['P046AF1450000FC', '352753090000001', I1]) {
      const order = { identifiers: [identifier], importSims: false };
      const verdict = (await bench.cloud.addDevices(PRODUCT, order, bench.options)).get(identifier);
      expect(verdict?.kind).toMatch(/^(added|already-member)$/);
    }
    expect(await bench.cloud.sim(PRODUCT, I1, bench.options)).toBeUndefined();
  });

  test('a unit can be claimed on the way', async () => {
    await using bench = await startCloudBench();
    await bench.cloud.addDevices(PRODUCT, { identifiers: [D1], claimUser: 'op@example.com' }, bench.options);
    expect((await bench.cloud.device(PRODUCT, D1, bench.options))?.owner).toBe('op@example.com');
  });

  test('nothing to do is no request', async () => {
    await using bench = await startCloudBench();
    expect(await bench.cloud.addDevices(PRODUCT, { identifiers: [] }, bench.options)).toEqual(new Map());
    await bench.cloud.importSims(PRODUCT, [], bench.options);
    await bench.cloud.describeDevice(PRODUCT, D2, {}, bench.options);
    expect(bench.virtual.requests.list()).toEqual([]);
  });

  test.each([
    ['all new', { updated: 3, invalidDeviceIds: [D3] }, ['added', 'added', 'refused', 'added']],
    ['some new', { updated: 1, invalidDeviceIds: [D3] }, ['added', 'added', 'refused', 'added']],
    [
      'none new',
      { updated: 0, nonmemberDeviceIds: [D3] },
      ['already-member', 'already-member', 'refused', 'already-member'],
    ],
    ['more than were sent', { updated: 4, invalidDeviceIds: [D3] }, ['refused', 'refused', 'refused', 'refused']],
    ['one refused that was not sent', { updated: 3, invalidDeviceIds: [D7] }, Array(4).fill('refused')],
  ])('the count of an old server is believed only where it fits: %s', async (_what, body, kinds) => {
    const identifiers = [D1, D2, D3, D4];
    const verdicts = await answering(200, body).addDevices(PRODUCT, { identifiers }, within(5_000));
    expect([...verdicts.values()].map(({ kind }) => kind)).toEqual(kinds);
  });

  test('one that no array names is refused, and the others keep their verdicts', async () => {
    const body = { updated: 1, updatedDeviceIds: [D1], existingDeviceIds: [] };
    const verdicts = await answering(200, body).addDevices(PRODUCT, { identifiers: [D1, D2] }, within(5_000));
    expect(verdicts.get(D1)).toEqual({ kind: 'added' });
    expect(verdicts.get(D2)).toMatchObject({ kind: 'refused', code: 'cloud/bad-answer' });
  });

  test.each([
    ['a full plan', 403, { ok: false, error: 'Device limit reached' }, 'cloud/limit-reached'],
    ['a right that is missing', 403, { error: 'permission_denied', error_description: 'No' }, 'cloud/permission'],
    ['a request too large for the cloud', 413, { ok: false, error: 'Too large' }, 'cloud/refused'],
    ['a request too large for what is before it', 413, '<html><title>413</title></html>', 'cloud/refused'],
  ])('%s is told as what it is', async (_what, status, body, code) => {
    const one = errorOf(answering(status, body).addDevice(PRODUCT, D1, within(5_000)));
    const many = errorOf(answering(status, body).addDevices(PRODUCT, { identifiers: [D1, D2] }, within(5_000)));
    expect([(await one).code, (await many).code]).toEqual([code, code]);
  });

  test('a plan that is full takes no more, and keeps what it has', async () => {
    await using bench = await startCloudBench({ products: [{ id: PRODUCT, platformId: 13, deviceLimit: 1 }] });
    expect((await errorOf(bench.cloud.addDevice(PRODUCT, D1, bench.options))).code).toBe('cloud/limit-reached');
    expect(await bench.cloud.addDevice(PRODUCT, D2, bench.options)).toBe('already-member');
  });

  test('many SIMs go in one request and are active later', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    await bench.cloud.importSims(PRODUCT, [I7, I7], bench.options);
    bench.virtual.state.clock.advance(3_000);
    expect(await bench.cloud.sim(PRODUCT, I7, bench.options)).toMatchObject({ state: 'active', activations: 1 });
    expect(bench.virtual.requests.list().filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});

describe('lists', () => {
  test('come page by page and hold every unit once', async () => {
    await using bench = await startCloudBench();
    await bench.cloud.addDevices(PRODUCT, { identifiers: [D1, D7] }, bench.options);
    const page = (number: number, more: Partial<PageQuery> = {}) =>
      bench.cloud.listDevices(PRODUCT, { page: number, perPage: 3, ...more }, bench.options);
    const [first, second] = [await page(1), await page(2)];
    expect([first.totalPages, first.rows.length, second.rows.length]).toEqual([2, 3, 1]);
    expect(new Set([...first.rows, ...second.rows].map(({ id }) => id)).size).toBe(4);
    const found = await page(1, { serialNumber: 'P046AF1450000FC' });
    expect(found.rows).toMatchObject([{ id: D1, productId: PRODUCT, serialNumber: 'P046AF1450000FC' }]);
    expect((await page(1, { deviceId: D7 })).rows).toHaveLength(1);
    expect((await page(1, { groups: ['none'] })).rows).toEqual([]);
  });

  test('hold the SIMs with their states', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    await bench.cloud.addDevice(PRODUCT, D1, bench.options);
    bench.virtual.state.clock.advance(3_000);
    const { rows, totalPages } = await bench.cloud.listSims(PRODUCT, { page: 1, perPage: 100 }, bench.options);
    expect(totalPages).toBe(1);
    expect(rows).toMatchObject([{ iccid: I1, state: 'active', deviceId: D1 }]);
  });

  test.each([
    ['a unit of another product', { devices: [{ id: D1, product_id: 777 }] }, '777'],
    ['a unit without its product', { devices: [{ id: D1 }] }, 'devices.0.product_id'],
    ['no list', { items: [] }, 'devices'],
    ['an ID that is none', { devices: [{ id: 'x', product_id: PRODUCT }] }, 'devices.0.id'],
  ])('%s is no answer, and the sentence says why', async (_what, body, word) => {
    const error = await errorOf(answering(200, body).listDevices(PRODUCT, { page: 1, perPage: 1 }, within(5_000)));
    expect([error.code, error.message]).toEqual(['cloud/bad-answer', expect.stringContaining(word)]);
  });

  test('text from outside is bounded and steers no terminal', async () => {
    const name = `\u001b[2J\u202e${'x'.repeat(5_000)}`;
    const device = { id: D1, product_id: PRODUCT, name, last_heard: '2026-03-01T00:00:00+02:00', online: true };
    const read = await answering(200, device).device(PRODUCT, D1, within(5_000));
    expect(read?.name).toMatch(/^ \[2J x{95}$/);
    expect(read).toMatchObject({ lastHeard: '2026-02-28T22:00:00.000Z', online: true });
  });
});

describe('a unit is described', () => {
  test('by name, notes and groups in one request, and the same again changes nothing', async () => {
    await using bench = await startCloudBench();
    const description = { name: 'Tank 7', notes: 'Lot 12', groups: ['2026w12', 'europe'] };
    await bench.cloud.describeDevice(PRODUCT, D2, description, bench.options);
    await bench.cloud.describeDevice(PRODUCT, D2, description, bench.options);
    const read = await bench.cloud.device(PRODUCT, D2, bench.options);
    expect(read).toMatchObject({ name: 'Tank 7', groups: ['2026w12', 'europe'] });
    await bench.cloud.describeDevice(PRODUCT, D2, { groups: [] }, bench.options);
    expect(await bench.cloud.device(PRODUCT, D2, bench.options)).toMatchObject({ name: 'Tank 7', groups: [] });
  });

  test('only while the product has it', async () => {
    await using bench = await startCloudBench();
    const error = await errorOf(bench.cloud.describeDevice(PRODUCT, D1, { name: 'x' }, bench.options));
    expect(error.code).toBe('cloud/not-in-product');
  });

  test('and an answer about another unit is none', async () => {
    const error = await errorOf(answering(200, { id: D3 }).describeDevice(PRODUCT, D1, { name: 'x' }, within(5_000)));
    expect(error.code).toBe('cloud/bad-answer');
  });
});

test('the product is asked once per station, everything else every time', async () => {
  await using bench = await startCloudBench();
  const cloud = rememberProduct(bench.cloud);
  await cloud.product(PRODUCT, bench.options);
  await cloud.product(PRODUCT, bench.options);
  await cloud.listDevices(PRODUCT, { page: 1, perPage: 1 }, bench.options);
  await cloud.addDevices(PRODUCT, { identifiers: [D1] }, bench.options);
  await cloud.importSims(PRODUCT, [I7], bench.options);
  await cloud.listSims(PRODUCT, { page: 1, perPage: 1 }, bench.options);
  await cloud.describeDevice(PRODUCT, D1, { name: 'x' }, bench.options);
  const methods = bench.virtual.requests.list().map(({ method }) => method);
  expect(methods).toEqual(['GET', 'GET', 'POST', 'POST', 'GET', 'PUT']);
});

/** A client whose network always answers the same; for answers the virtual cloud never gives. */
function answering(status: number, body: unknown) {
  return createHttpCloud({
    baseUrl: 'http://127.0.0.1:9',
    token: async () => 'a-token',
    appVersion: '0.1.0',
    fetch: async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }),
    pace: { firstWaitMs: 1, longestWaitMs: 2 },
  });
}
