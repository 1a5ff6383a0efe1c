import { describe, expect, test, vi } from 'vitest';
import { deviceLife } from '../../../src-main/virtual/cloud/device-life.ts';
import { D1, D2, D3, D6, PRODUCT, readAnswer, startCloudBench } from './cloud-bench.ts';
import { DRIVERS, driverOn } from './conformance-drivers.ts';
import { holdStream, type StreamEvent } from './conformance-streams.ts';
import { sdkRejection } from './sdk.ts';

const DEVICES = `/v1/products/${PRODUCT}/devices`;
const WITH_2 = { deviceOs: '6.2.1', version: 2 };

/** The numbers are those of the checklist in cloud-api.md 7. */
describe.each(DRIVERS)('conformance: events', (driven) => {
  test(`[30 ${driven}] lock and flash of an online device is told on the stream and ends with the new version`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    bench.virtual.addFirmware({ productId: PRODUCT, version: 2, bytes: new Uint8Array(8) });
    deviceLife(bench.virtual.state).connects(D2, { deviceOs: '6.2.1', version: 1 });
    using stream = await holdStream(bench, driven, { product: PRODUCT, name: 'spark/' });
    await driver.ask('PUT', `${DEVICES}/${D2}`, { desired_firmware_version: 2, flash: true });
    const told = (await stream.reach(5)).map(({ name, data, version }) => [name, data, version]);
    expect(told.slice(0, 4)).toEqual([
      ['spark/flash/status', 'started ', 1],
      ['spark/flash/status', 'success ', 1],
      ['spark/status', 'offline', 1],
      ['spark/status', 'online', 2],
    ]);
    expect(told[4]).toEqual(['spark/device/app-hash', expect.stringMatching(/^[0-9a-f]{64}$/), 2]);
    expect(await driver.ask('GET', `${DEVICES}/${D2}`)).toMatchObject({ body: { online: true, firmware_version: 2 } });
  });

  test(`[57 ${driven}] a stream with a percent-encoded prefix and a nonce opens, begins with :ok, and outlasts a minute of silence`, async () => {
    await using bench = await startCloudBench();
    // The client's own timers as well: it gives up after 15 s without a byte.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    try {
      using stream = await holdStream(bench, driven, { product: PRODUCT, name: 'spark/status' });
      for (let seconds = 0; seconds < 63; seconds += 9) {
        const more = stream.moreBytes();
        vi.advanceTimersByTime(9_000);
        await more;
      }
      if (driven === 'plain') expect(stream.bytes()).toBe(`:ok\n\n${'\n'.repeat(7)}`);
      deviceLife(bench.virtual.state).connects(D2, WITH_2);
      expect(await stream.reach(1)).toMatchObject([{ name: 'spark/status', data: 'online' }]);
    } finally {
      vi.useRealTimers();
    }
  });

  test(`[58 ${driven}] a device that comes and goes is told with all that belongs to an event`, async () => {
    await using bench = await startCloudBench();
    const life = deviceLife(bench.virtual.state);
    await driverOn(bench, driven).ask('POST', DEVICES, { ids: [D2], claim_user: 'op@example.com' });
    using stream = await holdStream(bench, driven, { product: PRODUCT, name: 'spark/status' });
    life.connects(D2, WITH_2);
    life.disconnects(D2);
    const facts = {
      name: 'spark/status',
      ttl: 60,
      coreid: D2,
      userid: expect.stringMatching(/^[0-9a-f]{24}$/),
      version: 2,
      public: false,
      productID: PRODUCT,
      published_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    };
    expect(await stream.reach(2)).toEqual([
      { ...facts, data: 'online' },
      { ...facts, data: 'offline' },
    ]);
  });

  test(`[58 ${driven}] a stream shows what begins with its prefix and belongs to its product, and nothing else`, async () => {
    await using bench = await startCloudBench();
    const life = deviceLife(bench.virtual.state);
    using stream = await holdStream(bench, driven, { product: PRODUCT, name: 'spark/fl' });
    using whole = await holdStream(bench, driven, { product: PRODUCT });
    using one = await holdStream(bench, driven, { product: PRODUCT, deviceId: D6 });
    for (const id of [D2, D3]) life.connects(id, WITH_2);
    // In quarantine, so not of the product yet.
    life.connects(D6, { deviceOs: '3.3.1', productId: PRODUCT, version: 1 });
    await driverOn(bench, driven).ask('POST', DEVICES, { id: D6 });
    life.publishes(D2, 'spark/flash/status', 'failed');
    life.publishes(D6, 'temperature', '21');
    const brief = ({ coreid, name, data }: StreamEvent) => [coreid, name, data];
    expect((await whole.reach(3)).map(brief)).toEqual([
      [D2, 'spark/status', 'online'],
      [D2, 'spark/flash/status', 'failed'],
      [D6, 'temperature', '21'],
    ]);
    expect((await stream.reach(1)).map(brief)).toEqual([[D2, 'spark/flash/status', 'failed']]);
    expect((await one.reach(1)).map(brief)).toEqual([[D6, 'temperature', '21']]);
  });

  test(`[58 ${driven}] a person's stream shows the devices they claimed, in a product or not`, async () => {
    await using bench = await startCloudBench();
    const life = deviceLife(bench.virtual.state);
    bench.virtual.registerUnit({ deviceId: D1, platformId: 13, owner: 'op@example.com' });
    using mine = await holdStream(bench, driven, { deviceId: 'mine' }, bench.userToken);
    using one = await holdStream(bench, driven, { deviceId: D1, name: 'spark/status' }, bench.userToken);
    life.connects(D2, WITH_2);
    life.connects(D1, WITH_2);
    expect(await mine.reach(1)).toMatchObject([{ coreid: D1, data: 'online' }]);
    expect(await one.reach(1)).toMatchObject([{ coreid: D1, data: 'online' }]);
  });

  test(`[59 ${driven}] a stream with a bad token is refused with 401 and JSON`, async () => {
    await using bench = await startCloudBench();
    const body = { error: 'invalid_token', error_description: 'The access token provided is invalid.' };
    if (driven === 'plain') {
      const headers = { authorization: 'Bearer nobody' };
      const url = `${bench.virtual.baseUrl}/v1/products/${PRODUCT}/events/spark%2Fstatus`;
      expect(await readAnswer(await fetch(url, { headers }))).toMatchObject({ status: 401, json: body });
      return;
    }
    const refused = await sdkRejection(holdStream(bench, 'sdk', { product: PRODUCT, name: 'spark/status' }, 'nobody'));
    expect(refused).toMatchObject({ statusCode: 401, isError: false, body });
  });
});

describe('events beyond the checklist', () => {
  test('2.11: the stream of everything wants a prefix', async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, 'plain');
    for (const path of ['/v1/events', '/v1/events/']) {
      expect(await driver.ask('GET', path)).toMatchObject({
        status: 400,
        body: { ok: false, error: 'event prefix filter is required' },
      });
    }
  });

  test('2.11: an event sent by the API is in the stream of its product', async () => {
    await using bench = await startCloudBench();
    using stream = await holdStream(bench, 'plain', { product: PRODUCT });
    const sent = { name: 'line/lot\nevent: forged', data: '7', private: true };
    expect((await driverOn(bench, 'sdk').ask('POST', `/v1/products/${PRODUCT}/events`, sent)).status).toBe(200);
    expect(await stream.reach(1)).toMatchObject([{ name: 'line/lot event: forged', data: '7', coreid: 'api' }]);
  });

  test.each(DRIVERS)(
    '2.11: a stream ends when the cloud closes, as the %s client sees it, and nobody listens any more',
    async (driven) => {
      const bench = await startCloudBench();
      using stream = await holdStream(bench, driven, { product: PRODUCT });
      expect(bench.virtual.state.events.count()).toBe(1);
      await bench.virtual.close();
      await stream.ended;
      expect(bench.virtual.state.events.count()).toBe(0);
    },
  );

  test('2.11: who goes away is forgotten', async () => {
    await using bench = await startCloudBench();
    const { state } = bench.virtual;
    const stream = await holdStream(bench, 'plain', { product: PRODUCT });
    stream[Symbol.dispose]();
    await expect.poll(() => state.events.count()).toBe(0);
  });
});
