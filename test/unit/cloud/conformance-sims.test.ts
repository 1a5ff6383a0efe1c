import { describe, expect, test } from 'vitest';
import { deviceLife } from '../../../src-main/virtual/cloud/device-life.ts';
import { D1, D7, I1, I5, I7, PRODUCT, readAnswer, startCloudBench } from './cloud-bench.ts';
import { DRIVERS, type Driver, driverOn } from './conformance-drivers.ts';

const DEVICES = `/v1/products/${PRODUCT}/devices`;
const SIMS = `/v1/products/${PRODUCT}/sims`;

/** The numbers are those of the checklist in cloud-api.md 7. */
describe.each(DRIVERS)('conformance: SIMs', (driven) => {
  test.each<[string, (driver: Driver) => ReturnType<Driver['ask']>]>([
    ['JSON', (driver) => driver.ask('POST', SIMS, { sims: [I7] })],
    ['a form list', (driver) => driver.form('POST', SIMS, { sims: [I7], country: 'US' })],
    ['a form list with numbers', (driver) => driver.form('POST', SIMS, { 'sims%5B0%5D': I7, 'sims%5B1%5D': I1 })],
    ['a multipart file', (driver) => driver.post(SIMS, Buffer.from(`${I7}, bag 3\r\n\r\n`), { country: 'US' })],
  ])(`[41 ${driven}] an import as %s is ok and takes effect`, async (encoding, send) => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    // The vendor's client numbers and escapes list fields by itself.
    if (driven === 'sdk' && encoding === 'a form list with numbers') {
      expect((await driver.form('POST', SIMS, { sims: [I7, I1] })).body).toEqual({ ok: true });
    } else {
      expect(await send(driver)).toEqual({ status: 200, body: { ok: true } });
    }
    expect(await driver.ask('GET', `${SIMS}/${I7}`)).toMatchObject({ status: 200, body: { product_id: PRODUCT } });
  });

  test.each([
    ['fast', 3_000],
    ['generally-fast', 30_000],
    ['sometimes-slow', 45_000],
  ] as const)(
    `[42 ${driven}] a %s SIM is in progress first and active %i ms later`,
    async (activationClass, delayMs) => {
      await using bench = await startCloudBench({ clockSpeed: 0 });
      const driver = driverOn(bench, driven);
      bench.virtual.registerUnit({ deviceId: D7, platformId: 13, iccid: I7, simForm: '4ff', activationClass });
      const get = () => driver.ask('GET', `${SIMS}/${I7}`);
      expect((await get()).status).toBe(404);
      await driver.ask('POST', SIMS, { sims: [I7] });
      const busy = {
        status: 'never_before_activated',
        last_status_change_action: 'activate',
        state_change_in_progress: true,
      };
      expect(await get()).toMatchObject({ body: busy });
      bench.virtual.state.clock.advance(delayMs - 1);
      expect(await get()).toMatchObject({ body: busy });
      bench.virtual.state.clock.advance(1);
      const done = { status: 'active', activations_count: 1, state_change_in_progress: false };
      expect(await get()).toMatchObject({ body: { ...done, last_status_change_action_error: 'no' } });
    },
  );

  test(`[42 ${driven}] how long a class takes can be set`, async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const driver = driverOn(bench, driven);
    bench.virtual.state.activationMs.fast.first = 10;
    await driver.ask('POST', SIMS, { sims: [I7] });
    bench.virtual.state.clock.advance(10);
    expect(await driver.ask('GET', `${SIMS}/${I7}`)).toMatchObject({ body: { status: 'active' } });
  });

  test(`[43 ${driven}] a second import changes nothing, and a stranger's SIM never appears`, async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const driver = driverOn(bench, driven);
    await driver.ask('POST', SIMS, { sims: [I7] });
    bench.virtual.state.clock.advance(3_000);
    const before = await driver.ask('GET', `${SIMS}/${I7}`);
    expect(await driver.ask('POST', SIMS, { sims: [I7] })).toEqual({ status: 200, body: { ok: true } });
    expect(await driver.ask('GET', `${SIMS}/${I7}`)).toEqual(before);
    expect(await driver.ask('POST', SIMS, { sims: [I5] })).toEqual({ status: 200, body: { ok: true } });
    bench.virtual.state.clock.advance(86_400_000);
    expect((await driver.ask('GET', `${SIMS}/${I5}`)).status).toBe(404);
  });

  test(`[44 ${driven}] an embedded SIM comes with its device, a 4FF SIM does not`, async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const driver = driverOn(bench, driven);
    await driver.ask('POST', DEVICES, { id: D1 });
    await driver.ask('POST', DEVICES, { id: D7 });
    bench.virtual.state.clock.advance(3_000);
    expect(await driver.ask('GET', `${SIMS}/${I1}`)).toMatchObject({ body: { status: 'active' } });
    expect((await driver.ask('GET', `${SIMS}/${I7}`)).status).toBe(404);
    expect((await driver.ask('GET', `${DEVICES}/${D7}`)).body).not.toHaveProperty('iccid');
  });

  test(`[45 ${driven}] deactivate is at once, reactivate takes its time, and goes on behind a 408 or 504`, async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const driver = driverOn(bench, driven);
    const put = (action: string) => driver.ask('PUT', `${SIMS}/${I7}`, { action });
    const get = () => driver.ask('GET', `${SIMS}/${I7}`);
    await driver.ask('POST', SIMS, { sims: [I7] });
    bench.virtual.state.clock.advance(3_000);
    let activations = 1;
    for (const [fault, status] of [
      ['still-working', 408],
      ['html-504-after-effect', 504],
    ] as const) {
      expect(await put('deactivate')).toEqual({ status: 200, body: { ok: true } });
      expect(await get()).toMatchObject({ body: { status: 'inactive_user_deactivated' } });
      bench.virtual.faults.add({ name: fault, count: 1, endpoint: 'update-sim' });
      expect((await put('reactivate')).status).toBe(status);
      expect(await get()).toMatchObject({ body: { state_change_in_progress: true } });
      bench.virtual.state.clock.advance(3_000);
      activations += 1;
      expect(await get()).toMatchObject({ body: { status: 'active', activations_count: activations } });
    }
  });

  test(`[46 ${driven}] activate is for developer SIMs: refused for a product's, done for one nobody has`, async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const driver = driverOn(bench, driven, bench.userToken);
    await driver.ask('POST', SIMS, { sims: [I7] });
    expect((await driver.ask('PUT', `${SIMS}/${I7}`, { action: 'activate' })).status).toBe(403);
    expect((await driver.ask('PUT', `/v1/sims/${I7}`, { action: 'activate' })).status).toBe(403);
    expect((await driver.ask('PUT', `/v1/sims/${I5}`, { action: 'activate' })).status).toBe(403);
    expect((await driver.ask('PUT', '/v1/sims/8934076500002589999', { action: 'activate' })).status).toBe(404);
    expect(await driver.ask('PUT', `/v1/sims/${I1}`, { action: 'activate' })).toMatchObject({ status: 200 });
    bench.virtual.state.clock.advance(3_000);
    expect(await driver.ask('GET', `/v1/sims/${I1}`)).toMatchObject({
      body: { status: 'active', owner: 'op@example.com', product_id: null },
    });
    expect(await driver.ask('GET', '/v1/sims')).toMatchObject({ body: { sims: [{ _id: I1 }] } });
  });

  test(`[47 ${driven}] a release is 204, or 202 with an empty body in slow mode`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    for (const status of [204, 202]) {
      await driver.ask('POST', SIMS, { sims: [I7] });
      if (status === 202) bench.virtual.faults.add({ name: 'slow-release', count: 1 });
      expect((await driver.ask('DELETE', `${SIMS}/${I7}`)).status).toBe(status);
      expect((await driver.ask('GET', `${SIMS}/${I7}`)).status).toBe(404);
    }
  });

  test(`[48 ${driven}] the list names SIMs by _id and never by iccid`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    await driver.ask('POST', SIMS, { sims: [I7, I1] });
    const { body } = await driver.ask('GET', `${SIMS}?per_page=1`);
    expect(body).toMatchObject({ sims: [{ _id: I1 }], meta: { total_pages: 2 } });
    expect(body.sims[0]).not.toHaveProperty('iccid');
    expect(await driver.ask('GET', `${SIMS}?iccid=${I7}`)).toMatchObject({ body: { sims: [{ _id: I7 }] } });
    expect(await driver.ask('GET', `${SIMS}?deviceId=${D1}`)).toMatchObject({ body: { sims: [{ _id: I1 }] } });
  });

  test(`[49 ${driven}] importing a SIM adds the device it belongs to`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    await driver.ask('POST', SIMS, { sims: [I7] });
    expect(await driver.ask('GET', `${DEVICES}/${D7}`)).toMatchObject({ status: 200, body: { product_id: PRODUCT } });
  });
});

describe('SIMs beyond the checklist', () => {
  test('2.8.1: a second import does not repeat an activation that failed', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0, faults: [{ name: 'sim-fails', count: 1 }] });
    await bench.ask('POST', SIMS, { sims: [I7] });
    bench.virtual.state.clock.advance(3_000);
    await bench.ask('POST', SIMS, { sims: [I7] });
    const failed = { last_status_change_action_error: 'yes', state_change_in_progress: false, activations_count: 0 };
    expect(await bench.ask('GET', `${SIMS}/${I7}`)).toMatchObject({ json: failed });
  });

  test('2.8.5: a SIM that was released is activated by its next import', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const driver = driverOn(bench, 'plain');
    for (const activations of [1, 2]) {
      await driver.ask('POST', SIMS, { sims: [I7] });
      bench.virtual.state.clock.advance(3_000);
      const active = { status: 'active', activations_count: activations };
      expect(await driver.ask('GET', `${SIMS}/${I7}`)).toMatchObject({ body: active });
      await driver.ask('DELETE', `${SIMS}/${I7}`);
    }
  });

  test("5.5 R25: a teammate's SIM in use moves into the product without a break", async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const driver = driverOn(bench, 'plain', bench.userToken);
    await driver.ask('PUT', `/v1/sims/${I7}`, { action: 'activate' });
    bench.virtual.state.clock.advance(3_000);
    deviceLife(bench.virtual.state).connects(D7, { deviceOs: '6.2.1' });
    await driver.ask('POST', SIMS, { sims: [I7] });
    const unbroken = { status: 'active', activations_count: 1, product_id: PRODUCT };
    expect(await driver.ask('GET', `${SIMS}/${I7}`)).toMatchObject({ body: unbroken });
    expect(await driver.ask('GET', `${DEVICES}/${D7}`)).toMatchObject({ body: { online: true } });
  });

  test('2.8.6: HEAD tells by its status alone whose a SIM is and whether it is on', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const driver = driverOn(bench, 'plain', bench.userToken);
    const head = async (iccid: string) => {
      const headers = { authorization: `Bearer ${bench.userToken}` };
      const url = `${bench.virtual.baseUrl}/v1/sims/${iccid}`;
      return (await readAnswer(await fetch(url, { method: 'HEAD', headers }))).status;
    };
    expect(await head('8934076500002589999')).toBe(404);
    expect(await head(I5)).toBe(403);
    expect(await head(I7)).toBe(200);
    await driver.ask('PUT', `/v1/sims/${I7}`, { action: 'activate' });
    bench.virtual.state.clock.advance(3_000);
    expect(await head(I7)).toBe(205);
    await driver.ask('PUT', `/v1/sims/${I7}`, { action: 'deactivate' });
    expect(await head(I7)).toBe(204);
  });

  test('2.8.7: usage adds up by day for a SIM and for the fleet, and the network answers when asked again', async () => {
    await using bench = await startCloudBench({ clockSpeed: 0 });
    const driver = driverOn(bench, 'sdk');
    const life = deviceLife(bench.virtual.state);
    await driver.ask('POST', DEVICES, { id: D1 });
    bench.virtual.state.clock.advance(3_000);
    life.connects(D1, { deviceOs: '6.2.1' });
    bench.virtual.state.clock.advance(86_400_000);
    life.connects(D1, { deviceOs: '6.2.1' });
    const used = { mbs_used: 0.005, mbs_used_cumulative: 0.01 };
    expect(await driver.ask('GET', `${SIMS}/${I1}/data_usage`)).toMatchObject({
      body: { iccid: I1, usage_by_day: [{ mbs_used: 0.005 }, used] },
    });
    expect(await driver.ask('GET', `${SIMS}/data_usage`)).toMatchObject({
      body: { total_mbs_used: 0.01, total_active_sim_cards: 1, usage_by_day: [{}, used] },
    });
    const status = () => driver.ask('GET', `${SIMS}/${I1}/status`);
    expect(await status()).toMatchObject({ status: 202, body: { ok: true, meta: { state: 'pending' } } });
    bench.virtual.state.clock.advance(5_000);
    expect(await status()).toMatchObject({ body: { meta: { state: 'complete' }, sim_status: { connected: true } } });
  });
});
