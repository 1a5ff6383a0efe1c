import { describe, expect, test } from 'vitest';
import { CLOUD_FAULTS, type CloudFaultName } from '../../../src-main/virtual/cloud/cloud-faults.ts';
import { type CloudBench, D1, D2, I1, PRODUCT, startCloudBench } from './cloud-bench.ts';
import { DRIVERS, type Driver, driverOn } from './conformance-drivers.ts';
import { sdkOn, sdkRejection } from './sdk.ts';

const DEVICES = `/v1/products/${PRODUCT}/devices`;
const EVENTS = `/v1/products/${PRODUCT}/events`;
const FIVE_MINUTES_MS = 300_000;

/** The numbers are those of the checklist in cloud-api.md 7. */
describe.each(DRIVERS)('conformance: limits', (driven) => {
  test(`[60 ${driven}] a hundred streams may be open at once and a hundred be opened in five minutes, no more`, async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const { clock } = bench.virtual.state;
    const streams: (() => void)[] = [];
    for (let index = 0; index < 100; index += 1) streams.push(await openStream(bench, driven));
    expect(await streamRefusal(bench, driven)).toEqual([429, 'too_many_requests']);
    clock.advance(FIVE_MINUTES_MS + 1);
    // The window is over, and yet a hundred are open.
    expect(await streamRefusal(bench, driven)).toEqual([429, 'too_many_requests']);
    for (const close of streams.splice(0)) close();
    await bench.virtual.limits.allClosed();
    // The refused one counts too: ninety-nine are left of this window.
    for (let index = 0; index < 99; index += 1) {
      (await openStream(bench, driven))();
      await bench.virtual.limits.allClosed();
    }
    expect(await streamRefusal(bench, driven)).toEqual([429, 'too_many_requests']);
  });

  test(`[60 ${driven}] ten thousand requests in five minutes are the limit of an address, which can be switched off`, async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const ip = '127.0.0.1';
    const driver = driverOn(bench, driven);
    for (let spent = 0; spent < 9_999; spent += 1) bench.virtual.limits.spend('requests', ip);
    expect((await driver.ask('GET', DEVICES)).status).toBe(200);
    expect(await driver.ask('GET', DEVICES)).toMatchObject({ status: 429, body: { error: 'too_many_requests' } });
    bench.virtual.limits.set({ requests: 'off' });
    expect((await driver.ask('GET', DEVICES)).status).toBe(200);
    bench.virtual.limits.set({ requests: 10_000 });
    bench.virtual.state.clock.advance(FIVE_MINUTES_MS);
    expect((await driver.ask('GET', DEVICES)).status).toBe(200);
    expect(bench.virtual.requests.counts()['list-devices']?.statuses).toEqual({ 200: 3, 429: 1 });
  });
});

describe.each(DRIVERS)('conformance: faults', (driven) => {
  test.each<[CloudFaultName, number | undefined, boolean]>([
    ['down', undefined, false],
    ['outage', undefined, false],
    ['reset-before-effect', undefined, false],
    ['reset-after-effect', undefined, true],
    ['html-502', 502, false],
    ['html-504-after-effect', 504, true],
    ['rate-limited', 429, false],
    ['rate-limited-bare', 429, false],
    ['server-error', 500, false],
    ['expired-token', 401, false],
    ['malformed', 200, false],
    ['latency', 200, true],
  ])(`[61 ${driven}] %s is seen as %s, and the import took effect: %s`, async (name, status, hasEffect) => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const value = name === 'latency' ? { value: 20 } : {};
    bench.virtual.faults.add({ name, ...value, endpoint: 'import-devices', count: 1 });
    expect(await importStatus(bench, driven)).toBe(status);
    const { state } = bench.virtual;
    expect(state.devices.get(D1)?.productId).toBe(hasEffect ? PRODUCT : undefined);
    expect(state.sims.get(I1)?.productId).toBe(hasEffect ? PRODUCT : undefined);
    bench.virtual.faults.clear();
    const again = await driverOn(bench, driven).ask('POST', DEVICES, { id: D1 });
    expect(again).toMatchObject({
      status: 200,
      body: { [hasEffect ? 'existingDeviceIds' : 'updatedDeviceIds']: [D1] },
    });
  });

  // The vendor's client waits for ever for the rest of an answer that broke off, so nobody waits for it here.
  test(`[61 ${driven}] an answer that breaks off is of a request that took effect`, async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    bench.virtual.faults.add({ name: 'truncated', endpoint: 'import-devices', count: 1 });
    const seen = importStatus(bench, driven);
    if (driven === 'plain') expect(await seen).toBe(200);
    await expect.poll(() => bench.virtual.state.devices.get(D1)?.productId).toBe(PRODUCT);
    const again = await driverOn(bench, driven).ask('POST', DEVICES, { id: D1 });
    expect(again).toMatchObject({ status: 200, body: { existingDeviceIds: [D1] } });
  });

  test(`[61 ${driven}] a 429 has a Retry-After unless it is bare`, async () => {
    await using bench = await startCloudBench();
    bench.virtual.faults.add({ name: 'rate-limited', value: 7, count: 1 });
    expect(await retryAfter(bench, driven)).toBe('7');
    bench.virtual.faults.add({ name: 'rate-limited-bare', count: 1 });
    expect(await retryAfter(bench, driven)).toBe(null);
  });

  test(`[61 ${driven}] a release of a SIM is 204, or 202 with nothing in it`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    for (const status of [204, 202]) {
      await driver.ask('POST', `/v1/products/${PRODUCT}/sims`, { sims: [I1] });
      if (status === 202) bench.virtual.faults.add({ name: 'slow-release', count: 1, endpoint: 'release-sim' });
      expect((await driver.ask('DELETE', `/v1/products/${PRODUCT}/sims/${I1}`)).status).toBe(status);
      expect(bench.virtual.state.sims.get(I1)?.productId).toBeUndefined();
    }
  });

  test(`[61 ${driven}] a token that is revoked mid-run is worth nothing from then on, and no other token is touched`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven, bench.virtual.token);
    expect((await driver.ask('GET', DEVICES)).status).toBe(200);
    bench.virtual.faults.add({ name: 'token-revoked', count: 1 });
    const refused = { status: 401, body: { error: 'invalid_token' } };
    expect(await driver.ask('POST', DEVICES, { id: D1 })).toMatchObject(refused);
    expect(await driver.ask('GET', DEVICES)).toMatchObject(refused);
    expect(bench.virtual.state.devices.get(D1)?.productId).toBeUndefined();
    expect((await driverOn(bench, driven, bench.userToken).ask('GET', DEVICES)).status).toBe(200);
  });

  test(`[61 ${driven}] a product that is deleted mid-run leaves its devices free and nothing else behind`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    await driver.ask('PUT', `${DEVICES}/${D2}`, { groups: ['europe'] });
    bench.virtual.addFirmware({ productId: PRODUCT, version: 1, bytes: new Uint8Array(4) });
    bench.virtual.faults.add({ name: 'product-deleted', count: 1 });
    const refused = { status: 403, body: { error: 'permission_denied' } };
    expect(await driver.ask('POST', DEVICES, { id: D1 })).toMatchObject(refused);
    expect(await driver.ask('GET', DEVICES)).toMatchObject(refused);
    const { devices, groups, firmware, products } = bench.virtual.state;
    expect(devices.get(D2)).toMatchObject({ productId: undefined, groups: [] });
    expect([
      [...devices.values()].some(({ productId }) => productId === PRODUCT),
      groups.size,
      firmware.length,
    ]).toEqual([false, 0, 0]);
    expect([...products.keys()]).toEqual([777]);
  });

  test(`[62 ${driven}] every reply has a request ID, and the name of the tool is logged`, async () => {
    await using bench = await startCloudBench();
    const paths = ['/v1/user', '/nowhere', `${DEVICES}/${D1}`];
    const ids: (string | null | undefined)[] = [];
    for (const uri of paths) {
      if (driven === 'sdk') {
        const sdk = sdkOn(bench);
        sdk.setContext('tool', { name: 'line-station', version: '1.0.0' });
        ids.push((await sdkRejection(sdk.request({ uri, method: 'get' }))).headers?.get('x-request-id'));
        continue;
      }
      const headers = { authorization: `Bearer ${bench.virtual.token}`, 'x-particle-tool': 'line-station@1.0.0' };
      ids.push((await fetch(`${bench.virtual.baseUrl}${uri}`, { headers })).headers.get('x-request-id'));
    }
    const logged = bench.virtual.requests.list();
    expect(logged.map(({ requestId }) => requestId)).toEqual(ids);
    expect(logged.map(({ tool }) => tool)).toEqual(paths.map(() => 'line-station@1.0.0'));
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });
});

test('every fault that answers a request is named with what it does', () => {
  for (const { what } of Object.values(CLOUD_FAULTS)) expect(what).toMatch(/^\S.*\.$/);
});

/** The status of an import of D1, undefined when there was no answer; 200 also for one that cannot be read. */
async function importStatus(bench: CloudBench, driven: Driver['name']): Promise<number | undefined> {
  if (driven === 'sdk') {
    const sdk = sdkOn(bench);
    const add = () => sdk.addDeviceToProduct({ product: String(PRODUCT), deviceId: D1 });
    return add().then(
      ({ statusCode }) => statusCode,
      ({ statusCode }) => statusCode,
    );
  }
  const headers = { authorization: `Bearer ${bench.virtual.token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ id: D1 });
  const answer = await fetch(`${bench.virtual.baseUrl}${DEVICES}`, { method: 'POST', headers, body }).catch(
    () => undefined,
  );
  await answer?.text().catch(() => undefined);
  return answer?.status;
}

async function retryAfter(bench: CloudBench, driven: Driver['name']): Promise<string | null | undefined> {
  if (driven === 'sdk') {
    return (await sdkRejection(sdkOn(bench).request({ uri: DEVICES, method: 'get' }))).headers?.get('retry-after');
  }
  const headers = { authorization: `Bearer ${bench.virtual.token}` };
  return (await fetch(`${bench.virtual.baseUrl}${DEVICES}`, { headers })).headers.get('retry-after');
}

/** Opens a stream and returns how to close it. */
async function openStream(bench: CloudBench, driven: Driver['name']): Promise<() => void> {
  if (driven === 'sdk') {
    const stream = await sdkOn(bench).getEventStream({ product: String(PRODUCT) });
    return () => stream.abort();
  }
  const ending = new AbortController();
  const headers = { authorization: `Bearer ${bench.virtual.token}` };
  const { status } = await fetch(`${bench.virtual.baseUrl}${EVENTS}`, { headers, signal: ending.signal });
  expect(status).toBe(200);
  return () => ending.abort();
}

/** Status and error of a stream that is not opened. */
async function streamRefusal(bench: CloudBench, driven: Driver['name']): Promise<unknown[]> {
  if (driven === 'sdk') {
    const { statusCode, body } = await sdkRejection(sdkOn(bench).getEventStream({ product: String(PRODUCT) }));
    return [statusCode, body.error];
  }
  const headers = { authorization: `Bearer ${bench.virtual.token}` };
  const answer = await fetch(`${bench.virtual.baseUrl}${EVENTS}`, { headers });
  return [answer.status, ((await answer.json()) as { error: string }).error];
}
