import { describe, expect, test } from 'vitest';
import { createHttpCloud } from '../../../src-main/adapters/cloud/cloud.http.ts';
import { D1, D2, D3, D4, D5, D6, D7, errorOf, I1, I7, PRODUCT, startCloudBench, within } from './cloud-bench.ts';

describe('the client reads verdicts, not statuses', () => {
  test('a new device is added, the same again is a member already, and the read-back shows it', async () => {
    await using bench = await startCloudBench();
    expect(await bench.cloud.device(PRODUCT, D1, bench.options)).toBeUndefined();
    expect(await bench.cloud.addDevice(PRODUCT, D1, bench.options)).toBe('added');
    expect(await bench.cloud.addDevice(PRODUCT, D1, bench.options)).toBe('already-member');
    expect(await bench.cloud.device(PRODUCT, D1, bench.options)).toEqual({
      id: D1,
      productId: PRODUCT,
      platformId: 13,
      serialNumber: 'P046AF1450000FC',
      iccid: I1,
      quarantined: false,
      denied: false,
      owner: undefined,
      name: undefined,
      groups: [],
      lastHeard: undefined,
      online: false,
      firmwareVersion: undefined,
    });
  });

  test.each([
    ['in another product', D3, 'cloud/device-rejected', 'invalidDeviceIds'],
    ['of another platform', D4, 'cloud/device-rejected', 'invalidDeviceIds'],
    ["a stranger's", D5, 'cloud/device-owned', 'nonmemberDeviceIds'],
  ])('a device %s is refused although the status is 200', async (_situation, deviceId, code, array) => {
    await using bench = await startCloudBench();
    const error = await errorOf(bench.cloud.addDevice(PRODUCT, deviceId, bench.options));
    expect(error.code).toBe(code);
    expect(error.message).toContain(deviceId);
    expect(error.evidence).toMatchObject({ status: 200, array, endpoint: `POST /v1/products/${PRODUCT}/devices` });
  });

  test('the refusal of a device that may be several things says which things', async () => {
    await using bench = await startCloudBench();
    const { message } = await errorOf(bench.cloud.addDevice(PRODUCT, D3, bench.options));
    for (const reason of ['another product', 'another platform', 'unknown to the cloud', 'does not say which']) {
      expect(message).toContain(reason);
    }
  });

  test('a protected device is refused by a product without protection', async () => {
    await using bench = await startCloudBench();
    bench.virtual.registerUnit({ deviceId: D1, platformId: 13, conditions: ['protected'] });
    const error = await errorOf(bench.cloud.addDevice(PRODUCT, D1, bench.options));
    expect([error.code, error.evidence?.array]).toEqual(['cloud/device-rejected', 'protectedDeviceIds']);
  });

  test('a quarantined device is read as quarantined, and adding it approves it', async () => {
    await using bench = await startCloudBench();
    expect(await bench.cloud.device(PRODUCT, D6, bench.options)).toMatchObject({ quarantined: true });
    expect(await bench.cloud.addDevice(PRODUCT, D6, bench.options)).toBe('added');
    expect(await bench.cloud.device(PRODUCT, D6, bench.options)).toMatchObject({ quarantined: false });
  });

  test('the product tells its name and platform, as object and as array of one', async () => {
    await using bench = await startCloudBench();
    const product = { id: PRODUCT, name: 'Virtual product 12345', slug: 'line-demo', platformId: 13 };
    expect(await bench.cloud.product(PRODUCT, bench.options)).toEqual(product);
    const body = { product: [{ id: PRODUCT, name: 'Old', slug: null, platform_id: 13, config_id: 'x' }] };
    expect(await answering(200, body).product(PRODUCT, bench.options)).toEqual({
      ...product,
      name: 'Old',
      slug: undefined,
    });
  });

  test('a product of another team is a permission, not an absence', async () => {
    await using bench = await startCloudBench();
    expect((await errorOf(bench.cloud.product(777, bench.options))).code).toBe('cloud/permission');
    expect((await errorOf(bench.cloud.device(777, D2, bench.options))).code).toBe('cloud/permission');
  });
});

describe('the client follows a SIM', () => {
  test('an embedded SIM becomes active by the pre-add alone', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    expect(await bench.cloud.sim(PRODUCT, I1, bench.options)).toBeUndefined();
    await bench.cloud.addDevice(PRODUCT, D1, bench.options);
    expect(await bench.cloud.sim(PRODUCT, I1, bench.options)).toMatchObject({ state: 'in-progress', activations: 0 });
    bench.virtual.state.clock.advance(3_000);
    expect(await bench.cloud.sim(PRODUCT, I1, bench.options)).toEqual({
      iccid: I1,
      state: 'active',
      status: 'active',
      activations: 1,
      deviceId: D1,
    });
  });

  test('a removable SIM stays out of the product until it is imported', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    await bench.cloud.addDevice(PRODUCT, D7, bench.options);
    bench.virtual.state.clock.advance(86_400_000);
    expect(await bench.cloud.sim(PRODUCT, I7, bench.options)).toBeUndefined();
    await bench.cloud.importSim(PRODUCT, I7, bench.options);
    bench.virtual.state.clock.advance(3_000);
    expect(await bench.cloud.sim(PRODUCT, I7, bench.options)).toMatchObject({ state: 'active' });
  });

  test.each([
    ['sim-active', 'active', 'active'],
    ['sim-inactive', 'inactive', 'inactive_user_deactivated'],
    ['sim-never-activates', 'in-progress', 'never_before_activated'],
  ] as const)('a SIM with the condition %s is read as %s', async (condition, state, status) => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    bench.virtual.registerUnit({ deviceId: D1, platformId: 13, iccid: I1, conditions: [condition] });
    await bench.cloud.addDevice(PRODUCT, D1, bench.options);
    bench.virtual.state.clock.advance(86_400_000);
    expect(await bench.cloud.sim(PRODUCT, I1, bench.options)).toMatchObject({ state, status });
  });

  test.each(['sim-fails', 'sim-stuck'] as const)('the fault %s shows only when the SIM is read', async (name) => {
    await using bench = await startCloudBench({ clockSpeed: 0, faults: [{ name, endpoint: 'import-devices' }] });
    expect(await bench.cloud.addDevice(PRODUCT, D1, bench.options)).toBe('added');
    bench.virtual.state.clock.advance(86_400_000);
    const state = name === 'sim-fails' ? 'failed' : 'in-progress';
    expect(await bench.cloud.sim(PRODUCT, I1, bench.options)).toMatchObject({ state });
  });

  test('a deactivation under way is not called active', async () => {
    const body = { _id: I1, status: 'active', state_change_in_progress: true, last_status_change_action: 'deactivate' };
    expect(await answering(200, body).sim(PRODUCT, I1, within(5_000))).toMatchObject({ state: 'inactive' });
  });

  test.each([
    [{ status: 'inactive_user_deactivated' }, 'inactive'],
    [{ status: 'inactive_user_deactivated', last_status_change_action: 'release' }, 'inactive'],
    [{ status: 'inactive_user_deactivated', last_status_change_action: 'reactivate' }, 'in-progress'],
    [{ status: 'never_before_activated' }, 'in-progress'],
    [{ status: 'hibernating' }, 'unknown'],
  ])('a change under way of %o is an activation only where it can be nothing else: %s', async (facts, state) => {
    const body = { _id: I1, state_change_in_progress: true, ...facts };
    expect(await answering(200, body).sim(PRODUCT, I1, within(5_000))).toMatchObject({ state });
  });

  test('a status nobody knows is unknown', async () => {
    const body = { _id: I1, status: 'hibernating' };
    expect(await answering(200, body).sim(PRODUCT, I1, within(5_000))).toMatchObject({ state: 'unknown' });
  });

  test.each([408, 504])('%i on a SIM import means that it was accepted', async (status) => {
    await expect(answering(status, {}).importSim(PRODUCT, I7, within(5_000))).resolves.toBeUndefined();
  });

  test('an unknown SIM is imported without complaint and never appears', async () => {
    await using bench = await startCloudBench();
    bench.virtual.state.sims.delete(I7);
    await bench.cloud.importSim(PRODUCT, I7, bench.options);
    expect(await bench.cloud.sim(PRODUCT, I7, bench.options)).toBeUndefined();
  });
});

describe('the client distrusts answers', () => {
  const add = (body: unknown) => answering(200, body).addDevice(PRODUCT, D1, within(5_000));

  test.each([
    ['upper case and blanks', { updated: 1, updatedDeviceIds: [` ${D1.toUpperCase()} `] }, 'added'],
    ['an echo twice', { updated: 1, updatedDeviceIds: [D1, D1] }, 'added'],
    ['an old server that added', { updated: 1, nonmemberDeviceIds: [], invalidDeviceIds: [] }, 'added'],
    ['an old server that had it', { updated: 0, nonmemberDeviceIds: [], invalidDeviceIds: [] }, 'already-member'],
  ])('%s is understood', async (_what, body, verdict) => {
    expect(await add(body)).toBe(verdict);
  });

  test.each([
    [
      'a device in two arrays is refused',
      { updated: 1, updatedDeviceIds: [D1], invalidDeviceIds: [D1] },
      'cloud/device-rejected',
    ],
    ['an answer about another device only is no success', { updated: 1, updatedDeviceIds: [D2] }, 'cloud/bad-answer'],
    ['empty arrays are no success', { updated: 0, updatedDeviceIds: [], existingDeviceIds: [] }, 'cloud/bad-answer'],
    ['an old server that refused another is no success', { updated: 0, invalidDeviceIds: [D2] }, 'cloud/bad-answer'],
    ['no count is no success', { updatedDeviceIds: [D1] }, 'cloud/bad-answer'],
    ['a list is no success', [], 'cloud/bad-answer'],
    ['null is no success', null, 'cloud/bad-answer'],
  ])('%s', async (_title, body, code) => {
    expect((await errorOf(add(body))).code).toBe(code);
  });

  test('the missing field is named', async () => {
    const error = await errorOf(answering(200, { id: D1 }).device(PRODUCT, D1, within(5_000)));
    expect(error.message).toContain('product_id');
  });

  test('a device, SIM or product other than the one asked for is no answer', async () => {
    const device = errorOf(answering(200, { id: D2, product_id: PRODUCT }).device(PRODUCT, D1, within(5_000)));
    const sim = errorOf(answering(200, { _id: I7, status: 'active' }).sim(PRODUCT, I1, within(5_000)));
    const moved = { _id: I1, status: 'active', product_id: 777 };
    const elsewhere = errorOf(answering(200, moved).sim(PRODUCT, I1, within(5_000)));
    const other = { product: { id: 777, name: 'x', platform_id: 13 } };
    const product = errorOf(answering(200, other).product(PRODUCT, within(5_000)));
    for (const error of await Promise.all([device, sim, elsewhere, product]))
      expect(error.code).toBe('cloud/bad-answer');
  });

  test('a missing product is never taken for a missing device or SIM', async () => {
    const gone = answering(404, { ok: false, error: 'Product not found.' });
    expect((await errorOf(gone.device(PRODUCT, D1, within(5_000)))).code).toBe('cloud/refused');
    expect((await errorOf(gone.sim(PRODUCT, I1, within(5_000)))).code).toBe('cloud/refused');
  });

  test('the mobile secret that the cloud sends goes nowhere', async () => {
    await using bench = await startCloudBench();
    await bench.cloud.addDevice(PRODUCT, D1, bench.options);
    const raw = await bench.ask('GET', `/v1/products/${PRODUCT}/devices/${D1}`);
    expect(raw.json.mobile_secret).toBe('ABCDEFGHJKLMNPQ');
    expect(JSON.stringify(await bench.cloud.device(PRODUCT, D1, bench.options))).not.toContain('ABCDEFGHJKLMNPQ');
  });
});

/** A client whose network always answers the same; for answers the virtual cloud never gives. */
function answering(status: number, body: unknown) {
  return createHttpCloud({
    baseUrl: 'http://127.0.0.1:9',
    token: async () => 'a-token',
    appVersion: '0.1.0',
    fetch: async () => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } }),
    pace: { firstWaitMs: 1, longestWaitMs: 2 },
  });
}
