import { describe, expect, test } from 'vitest';
import { type CloudBench, D1, D2, D6, D7, I1, I5, I7, PRODUCT, readAnswer, startCloudBench } from './cloud-bench.ts';

const DEVICES = `/v1/products/${PRODUCT}/devices`;
/** As curl makes them. */
const BOUNDARY = '------------------------Zy0pMVxdZ2TjZLVQ1K6b5d';
const SIMS = `/v1/products/${PRODUCT}/sims`;

/** The numbers are those of the checklist in cloud-api.md 7; the driver is plain fetch. */
describe('conformance: devices', () => {
  test('24: the list pages by perPage and per_page, filters and sorts', async () => {
    await using bench = await startCloudBench();
    await bench.ask('POST', DEVICES, { ids: [D1, D7] });
    await bench.ask('PUT', `${DEVICES}/${D1}`, { name: 'Zebra', groups: ['europe'] });
    await bench.ask('PUT', `${DEVICES}/${D7}`, { name: 'Ant' });
    const ids = async (query: string) => {
      const { json } = await bench.ask('GET', `${DEVICES}${query}`);
      return (json.devices as { id: string }[]).map(({ id }) => id);
    };
    expect(await bench.ask('GET', DEVICES)).toMatchObject({ json: { customers: [], meta: { total_pages: 1 } } });
    expect(await bench.ask('GET', `${DEVICES}?perPage=1`)).toMatchObject({ json: { meta: { total_pages: 4 } } });
    expect(await ids('?per_page=1&page=2')).toHaveLength(1);
    expect(await ids('?per_page=1&page=5')).toEqual([]);
    expect(await ids('?sortAttr=deviceId&sortDir=asc')).toEqual([D1, D2, D6, D7]);
    expect(await ids('?sortAttr=deviceName&sortDir=desc&per_page=1')).toEqual([D1]);
    expect(await ids(`?deviceId=${D1.slice(-4)}`)).toEqual([D1]);
    expect(await ids('?deviceName=zeb')).toEqual([D1]);
    expect(await ids('?serialNumber=0000fd')).toEqual([D2]);
    expect(await ids('?groups=asia,europe')).toEqual([D1]);
    expect(await ids('?quarantined=true')).toEqual([D6]);
  });

  test('24: a page has 25 entries', async () => {
    await using bench = await startCloudBench();
    for (let index = 0; index < 30; index += 1) {
      const deviceId = `e00fce69${index.toString(16).padStart(16, '0')}`;
      bench.virtual.registerUnit({ deviceId, platformId: 13, productId: PRODUCT });
    }
    const { json } = await bench.ask('GET', DEVICES);
    expect([(json.devices as unknown[]).length, json.meta]).toEqual([25, expect.objectContaining({ total_pages: 2 })]);
  });

  test('25: rows and details have the keys that clients rely on', async () => {
    await using bench = await startCloudBench();
    const row = ((await bench.ask('GET', DEVICES)).json.devices as object[])[0] ?? {};
    const detail = (await bench.ask('GET', `${DEVICES}/${D2}`)).json;
    const rowKeys =
      'denied development firmware_product_id groups id last_handshake_at last_ip_address name online owner platform_id ' +
      'product_id quarantined serial_number system_firmware_version targeted_firmware_release_version';
    const detailKeys =
      `${rowKeys} cellular connected current_build_target default_build_target firmware_updates_enabled ` +
      'firmware_updates_forced last_heard mobile_secret';
    expect(Object.keys(row)).toEqual(expect.arrayContaining(rowKeys.split(' ')));
    expect(Object.keys(detail)).toEqual(expect.arrayContaining(detailKeys.split(' ')));
  });

  test('26: an unknown device is 404 with "not found"', async () => {
    await using bench = await startCloudBench();
    const { status, json } = await bench.ask('GET', `${DEVICES}/${D1}`);
    expect([status, json.error]).toEqual([404, expect.stringContaining('not found')]);
  });

  test('27: an update answers with exactly what it changed', async () => {
    await using bench = await startCloudBench();
    const change = { name: 'A', notes: 'B', groups: ['x'], development: true };
    const { json } = await bench.ask('PUT', `${DEVICES}/${D2}`, change);
    expect(json).toEqual({ id: D2, ...change, updated_at: expect.any(String) });
    expect(await bench.ask('GET', `${DEVICES}/${D2}`)).toMatchObject({ json: change });
  });

  test('34: removing is 204, removing again is 404', async () => {
    await using bench = await startCloudBench();
    bench.virtual.addToken({ token: 'supervisor', scopes: 'everything' });
    const remove = async () =>
      readAnswer(
        await fetch(`${bench.virtual.baseUrl}${DEVICES}/${D2}`, {
          method: 'DELETE',
          headers: { authorization: 'Bearer supervisor', 'content-type': 'application/json' },
          body: '{}',
        }),
      );
    expect((await remove()).status).toBe(204);
    expect(await remove()).toMatchObject({ status: 404, json: { error: 'Device not found for this product' } });
  });

  test('37: a quarantined device is listed as such until it is added', async () => {
    await using bench = await startCloudBench();
    expect(await bench.ask('GET', `${DEVICES}/${D6}`)).toMatchObject({ json: { quarantined: true } });
    await bench.ask('POST', DEVICES, { id: D6 });
    expect(await bench.ask('GET', `${DEVICES}/${D6}`)).toMatchObject({ json: { quarantined: false } });
  });

  test('56: the product is an object with platform, quarantine and protection', async () => {
    await using bench = await startCloudBench();
    expect(await bench.ask('GET', `/v1/products/${PRODUCT}`)).toMatchObject({
      json: {
        product: { id: PRODUCT, platform_id: 13, settings: { quarantine: true }, device_protection: 'disabled' },
      },
    });
  });
});

describe('conformance: SIMs', () => {
  test.each([
    ['JSON', JSON.stringify({ sims: [I7] }), 'application/json'],
    ['sims[]=', `sims[]=${I7}`, 'application/x-www-form-urlencoded'],
    ['sims%5B0%5D=', `sims%5B0%5D=${I7}&country=US`, 'application/x-www-form-urlencoded'],
    [
      'a multipart file',
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="sims.txt"\r\nContent-Type: text/plain\r\n\r\n` +
        `${I7}, bag 3\r\n\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; name="country"\r\n\r\nUS\r\n--${BOUNDARY}--\r\n`,
      `multipart/form-data; boundary=${BOUNDARY}`,
    ],
  ])('41: an import as %s is ok and takes effect', async (_encoding, body, type) => {
    await using bench = await startCloudBench();
    const headers = { authorization: `Bearer ${bench.virtual.token}`, 'content-type': type };
    const answer = await readAnswer(await fetch(`${bench.virtual.baseUrl}${SIMS}`, { method: 'POST', headers, body }));
    expect(answer).toMatchObject({ status: 200, json: { ok: true } });
    expect((await sim(bench, I7)).status).toBe(200);
  });

  test.each([
    ['fast', 3_000],
    ['generally-fast', 30_000],
    ['sometimes-slow', 45_000],
  ] as const)('42: a %s SIM is in progress first and active %i ms later', async (activationClass, delayMs) => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    bench.virtual.registerUnit({ deviceId: D7, platformId: 13, iccid: I7, simForm: '4ff', activationClass });
    await bench.ask('POST', SIMS, { sims: [I7] });
    const busy = {
      status: 'never_before_activated',
      last_status_change_action: 'activate',
      state_change_in_progress: true,
    };
    expect(await sim(bench, I7)).toMatchObject({ json: busy });
    bench.virtual.state.clock.advance(delayMs - 1);
    expect(await sim(bench, I7)).toMatchObject({ json: busy });
    bench.virtual.state.clock.advance(1);
    const done = { status: 'active', activations_count: 1, state_change_in_progress: false };
    expect(await sim(bench, I7)).toMatchObject({ json: { ...done, last_status_change_action_error: 'no' } });
  });

  test("43: a second import changes nothing, and a stranger's SIM never appears", async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    await bench.ask('POST', SIMS, { sims: [I7] });
    bench.virtual.state.clock.advance(3_000);
    const before = await sim(bench, I7);
    expect(await bench.ask('POST', SIMS, { sims: [I7] })).toMatchObject({ status: 200, json: { ok: true } });
    expect((await sim(bench, I7)).json).toEqual(before.json);
    expect(await bench.ask('POST', SIMS, { sims: [I5] })).toMatchObject({ status: 200, json: { ok: true } });
    bench.virtual.state.clock.advance(86_400_000);
    expect((await sim(bench, I5)).status).toBe(404);
  });

  test('43: a second import does not repeat an activation that failed', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0, faults: [{ name: 'sim-fails', count: 1 }] });
    await bench.ask('POST', SIMS, { sims: [I7] });
    bench.virtual.state.clock.advance(3_000);
    await bench.ask('POST', SIMS, { sims: [I7] });
    const failed = { last_status_change_action_error: 'yes', state_change_in_progress: false, activations_count: 0 };
    expect(await sim(bench, I7)).toMatchObject({ json: failed });
  });

  test('44: an embedded SIM comes with its device, a 4FF SIM does not', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    await bench.ask('POST', DEVICES, { ids: [D1, D7] });
    bench.virtual.state.clock.advance(3_000);
    expect(await sim(bench, I1)).toMatchObject({ json: { status: 'active' } });
    expect(await sim(bench, I7)).toMatchObject({ status: 404 });
    expect((await bench.ask('GET', `${DEVICES}/${D7}`)).json).not.toHaveProperty('iccid');
  });

  test('45 and 46: deactivate is at once, reactivate takes its time, activate is refused', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const put = supervisor(bench, 'PUT');
    await bench.ask('POST', SIMS, { sims: [I7] });
    bench.virtual.state.clock.advance(3_000);
    expect((await put({ action: 'activate' })).status).toBe(403);
    expect(await put({ action: 'deactivate' })).toMatchObject({ status: 200, json: { ok: true } });
    expect(await sim(bench, I7)).toMatchObject({
      json: { status: 'inactive_user_deactivated', deactivations_count: 1 },
    });
    bench.virtual.faults.add({ name: 'html-504-after-effect', count: 1, endpoint: 'update-sim' });
    await put({ action: 'reactivate' }).catch(() => undefined);
    expect(await sim(bench, I7)).toMatchObject({ json: { state_change_in_progress: true } });
    bench.virtual.state.clock.advance(3_000);
    expect(await sim(bench, I7)).toMatchObject({ json: { status: 'active', activations_count: 2 } });
  });

  test('47: a release is 204, or 202 with an empty body in slow mode', async () => {
    await using bench = await startCloudBench();
    const release = supervisor(bench, 'DELETE');
    for (const status of [204, 202]) {
      await bench.ask('POST', SIMS, { sims: [I7] });
      if (status === 202) bench.virtual.faults.add({ name: 'slow-release' });
      expect(await release({})).toMatchObject({ status, json: {} });
      bench.virtual.faults.clear();
      expect((await sim(bench, I7)).status).toBe(404);
    }
  });

  test('48: the list names SIMs by _id and never by iccid', async () => {
    await using bench = await startCloudBench();
    await bench.ask('POST', SIMS, { sims: [I7, I1] });
    const { json } = await bench.ask('GET', `${SIMS}?perPage=1`);
    expect(json).toMatchObject({ sims: [{ _id: I1 }], meta: { total_pages: 2 } });
    expect((json.sims as object[])[0]).not.toHaveProperty('iccid');
    expect(await bench.ask('GET', `${SIMS}?iccid=${I7}`)).toMatchObject({ json: { sims: [{ _id: I7 }] } });
  });

  test('49: importing a SIM adds the device it belongs to', async () => {
    await using bench = await startCloudBench();
    await bench.ask('POST', SIMS, { sims: [I7] });
    expect(await bench.ask('GET', `${DEVICES}/${D7}`)).toMatchObject({ status: 200, json: { product_id: PRODUCT } });
  });
});

function sim(bench: CloudBench, iccid: string) {
  return bench.ask('GET', `${SIMS}/${iccid}`);
}

/** PUT or DELETE of the SIM I7 with a token that may do all. */
function supervisor(bench: CloudBench, method: string) {
  const token = bench.virtual.addToken({ scopes: 'everything' });
  return async (body: object) =>
    readAnswer(
      await fetch(`${bench.virtual.baseUrl}${SIMS}/${I7}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
}
