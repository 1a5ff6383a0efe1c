import { describe, expect, test } from 'vitest';
import { type CloudBench, D1, D2, D5, D6, D7, I1, OP, PRODUCT, STRANGER, startCloudBench } from './cloud-bench.ts';
import { DRIVERS, type Driver, driverOn, type Reply, told } from './conformance-drivers.ts';
import { sdkOn, sdkRejection } from './sdk.ts';

const DEVICES = `/v1/products/${PRODUCT}/devices`;
const SERIAL = 'P046AF1450000FC';
const HOUR_MS = 3_600_000;

/** The numbers are those of the checklist in cloud-api.md 7. */
describe.each(DRIVERS)('conformance: products, claims and look-up', (driven) => {
  test(`[23 ${driven}] the slug works on every product route, and an unknown product is refused on each`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    for (const [method, rest, body] of ON_A_PRODUCT) {
      const [bySlug, unknown] = [`/v1/products/line-demo${rest}`, `/v1/products/no-such${rest}`];
      const refused = await driver.ask(method, unknown, body);
      expect([rest, refused.status, refused.body.error_description]).toEqual([rest, 403, 'Permission denied']);
      const { status } = await driver.ask(method, bySlug, body);
      expect([method, rest, status]).toEqual([method, rest, expect.toSatisfy((code) => code >= 200 && code < 300)]);
    }
  });

  test(`[35 ${driven}] giving a device up is cloud work only: its SIM stays active and it stays in the product`, async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const driver = driverOn(bench, driven);
    await driver.ask('POST', DEVICES, { ids: [D1], import_sims: true, claim_user: OP.username });
    bench.virtual.state.clock.advance(3_000);
    expect(await driver.ask('GET', `${DEVICES}/${D1}`)).toMatchObject({ body: { owner: OP.username } });
    expect(await driver.ask('DELETE', `${DEVICES}/${D1}/owner`)).toMatchObject({ status: 200, body: { ok: true } });
    const { body } = await driver.ask('GET', `${DEVICES}/${D1}`);
    expect([body.owner ?? undefined, body.product_id]).toEqual([undefined, PRODUCT]);
    const sim = await driver.ask('GET', `/v1/products/${PRODUCT}/sims/${I1}`);
    expect(sim).toMatchObject({ body: { status: 'active', state_change_in_progress: false } });
    expect(await driver.ask('DELETE', `${DEVICES}/${D1}/owner`)).toMatchObject({ status: 404 });
  });

  test(`[36 ${driven}] a device of the product is claimed offline, others only under their rules`, async () => {
    await using bench = await startCloudBench();
    const claim = (deviceId: string, requestTransfer?: boolean) =>
      claimAs(bench, driven, bench.userToken, deviceId, requestTransfer);
    expect(await claim(D2)).toMatchObject({ status: 200, body: { ok: true, connected: false, id: D2 } });
    expect(await claim(D2)).toMatchObject({ status: 200, body: { ok: true } });
    expect(bench.virtual.state.devices.get(D2)?.owner).toBe(OP.username);
    const offline = { status: 404, body: { ok: false, errors: [["Core isn't online", 404]] } };
    expect(await claim(D7)).toMatchObject(offline);
    expect(await claim(D6)).toMatchObject(offline); // quarantined is not in the product
    expect(await claim(D5)).toMatchObject({ status: 403, body: { errors: ['That belongs to someone else.'] } });
    expect(await claim('000000000000000000000001')).toMatchObject({
      status: 404,
      body: { errors: ['device does not exist'] },
    });
    expect(await claim(D5, true)).toMatchObject({ status: 200, body: { transfer_id: expect.any(String) } });
    expect(bench.virtual.state.devices.get(D5)?.owner).toBe(STRANGER.username);
  });

  test(`[40 ${driven}] the fifty-first look-up of a serial number in an hour is 429 with Retry-After, and one per account`, async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const lookUp = () => lookUpAs(bench, driven, bench.userToken);
    for (let asked = 0; asked < 50; asked += 1) {
      const { status, body } = await lookUp();
      expect([asked, status]).toEqual([asked, 200]);
      expect(body).toMatchObject({ ok: true, deviceID: D1, device_id: D1, platform_id: 13, iccid: I1 });
      bench.virtual.state.clock.advance(1_000);
    }
    expect(await lookUp()).toMatchObject({ status: 429, body: { error: 'too_many_requests' } });
    expect(await retryAfter(bench, driven)).toBe(String(3_600 - 50));
    const other = bench.virtual.addToken({ username: STRANGER.username, scopes: 'everything' });
    expect((await lookUpAs(bench, driven, other)).status).toBe(200);
    bench.virtual.state.clock.advance(HOUR_MS - 50_000 - 1);
    expect((await lookUp()).status).toBe(429);
    bench.virtual.state.clock.advance(1);
    expect((await lookUp()).status).toBe(200);
    expect((await lookUp()).status).toBe(429);
  });

  test(`[56 ${driven}] the product is an object with platform, quarantine and protection, and is in all three lists`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven, bench.userToken);
    const path = `/v1/products/${PRODUCT}`;
    const one =
      driven === 'sdk' ? told(sdkOn(bench).getProduct({ product: String(PRODUCT) })) : driver.ask('GET', path);
    expect(await one).toMatchObject({
      status: 200,
      body: {
        product: {
          id: PRODUCT,
          slug: 'line-demo',
          platform_id: 13,
          settings: { quarantine: true },
          device_protection: 'disabled',
        },
      },
    });
    const sdk = sdkOn(bench, bench.userToken);
    const lists = [
      driven === 'sdk' ? told(sdk.listProducts({})) : driver.ask('GET', '/v1/products'),
      driver.ask('GET', '/v1/user/products'),
      driver.ask('GET', '/v1/orgs/acme/products'),
    ];
    for (const list of lists) {
      const { status, body } = await list;
      expect([status, body.products.map(({ id }: { id: number }) => id)]).toEqual([200, [PRODUCT]]);
    }
  });
});

/** One of each route below a product; in this order each finds what it needs. */
const ON_A_PRODUCT: readonly [string, string, object?][] = [
  ['GET', ''],
  ['GET', '/team'],
  ['GET', '/devices'],
  ['POST', '/devices', { id: D1 }],
  ['PUT', '/devices', { action: 'groups', devices: [D1], metadata: { add: ['a'] } }],
  ['GET', `/devices/${D1}`],
  ['PUT', `/devices/${D1}`, { name: 'x' }],
  ['PUT', `/devices/${D1}/ping`, {}],
  ['GET', '/groups'],
  ['GET', '/groups/a'],
  ['GET', '/sims'],
  ['GET', `/sims/${I1}`],
  ['GET', '/firmware'],
  ['DELETE', `/devices/${D1}`, {}],
];

function claimAs(bench: CloudBench, driven: Driver['name'], token: string, deviceId: string, requestTransfer = false) {
  if (driven === 'sdk') return told(sdkOn(bench, token).claimDevice({ deviceId, requestTransfer }));
  return driverOn(bench, driven, token).ask('POST', '/v1/devices', { id: deviceId, request_transfer: requestTransfer });
}

function lookUpAs(bench: CloudBench, driven: Driver['name'], token: string): Promise<Reply> {
  if (driven === 'sdk') return told(sdkOn(bench, token).lookupSerialNumber({ serialNumber: SERIAL }));
  return driverOn(bench, driven, token).ask('GET', `/v1/serial_numbers/${SERIAL}`);
}

async function retryAfter(bench: CloudBench, driven: Driver['name']): Promise<string | null | undefined> {
  if (driven === 'sdk') {
    const { headers } = await sdkRejection(sdkOn(bench, bench.userToken).lookupSerialNumber({ serialNumber: SERIAL }));
    return headers?.get('retry-after');
  }
  const headers = { authorization: `Bearer ${bench.userToken}` };
  return (await fetch(`${bench.virtual.baseUrl}/v1/serial_numbers/${SERIAL}`, { headers })).headers.get('retry-after');
}
