import { describe, expect, test } from 'vitest';
import { deviceLife } from '../../../src-main/virtual/cloud/device-life.ts';
import { D1, D2, D6, D7, PRODUCT, startCloudBench } from './cloud-bench.ts';
import { DRIVERS, type Driver, driverOn } from './conformance-drivers.ts';

const DEVICES = `/v1/products/${PRODUCT}/devices`;
const GROUPS = `/v1/products/${PRODUCT}/groups`;

/** The keys that the vendor's own tools expect (cloud-api.md 2.3, 2.4). */
const ROW_KEYS =
  'denied development firmware_product_id groups id last_handshake_at last_ip_address name online owner platform_id ' +
  'product_id quarantined serial_number system_firmware_version targeted_firmware_release_version';
const DETAIL_KEYS =
  'cellular connected current_build_target default_build_target denied development firmware_product_id ' +
  'firmware_updates_enabled firmware_updates_forced groups id last_handshake_at last_heard last_ip_address mobile_secret ' +
  'name online owner platform_id product_id quarantined serial_number system_firmware_version ' +
  'targeted_firmware_release_version';

/** The numbers are those of the checklist in cloud-api.md 7. */
describe.each(DRIVERS)('conformance: devices', (driven) => {
  test(`[24 ${driven}] the list pages, filters and sorts`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    await driver.ask('POST', DEVICES, { ids: [D1, D7] });
    await driver.ask('PUT', `${DEVICES}/${D1}`, { name: 'Zebra', groups: ['europe'] });
    await driver.ask('PUT', `${DEVICES}/${D7}`, { name: 'Ant' });
    const life = deviceLife(bench.virtual.state);
    for (const [id, version] of [
      [D2, 3],
      [D7, 12],
    ] as const) {
      bench.virtual.state.clock.advance(1_000);
      bench.virtual.registerUnit({ deviceId: id, platformId: 13, productId: PRODUCT, serialNumber: `S-${version}` });
      life.connects(id, { deviceOs: '6.2.1', version });
    }
    await driver.ask('PUT', `${DEVICES}/${D7}`, { name: 'Ant' });
    const ids = async (query: string) => {
      const { body } = await driver.ask('GET', `${DEVICES}${query}`);
      return body.devices.map(({ id }: { id: string }) => id);
    };
    expect(await driver.ask('GET', DEVICES)).toMatchObject({ body: { customers: [], meta: { total_pages: 1 } } });
    expect(await driver.ask('GET', `${DEVICES}?perPage=1`)).toMatchObject({ body: { meta: { total_pages: 4 } } });
    expect(await driver.ask('GET', `${DEVICES}?per_page=1`)).toMatchObject({ body: { meta: { total_pages: 4 } } });
    expect(await ids('?per_page=1&page=2')).toHaveLength(1);
    expect(await ids('?per_page=1&page=5')).toEqual([]);
    expect((await ids('')).slice(0, 2)).toEqual([D7, D2]);
    expect((await ids('?sortAttr=lastConnection&sortDir=asc')).slice(2)).toEqual([D2, D7]);
    expect((await ids('?sortAttr=firmwareVersion&sortDir=desc')).slice(0, 2)).toEqual([D7, D2]);
    expect(await ids('?sortAttr=deviceId&sortDir=asc')).toEqual([D1, D2, D6, D7]);
    expect(await ids('?sortAttr=deviceName&sortDir=desc&per_page=1')).toEqual([D1]);
    expect(await ids(`?deviceId=${D1.slice(-4)}`)).toEqual([D1]);
    expect(await ids('?deviceName=zeb')).toEqual([D1]);
    expect(await ids('?serialNumber=s-3')).toEqual([D2]);
    expect(await ids('?groups=asia,europe')).toEqual([D1]);
    expect(await ids('?quarantined=true')).toEqual([D6]);
  });

  test(`[24 ${driven}] a page has 25 entries, and the product's customers are listed with it`, async () => {
    await using bench = await startCloudBench();
    bench.virtual.addProduct({ id: 900, platformId: 13, customers: ['buyer@example.com'] });
    for (let index = 0; index < 30; index += 1) {
      const deviceId = `e00fce69${index.toString(16).padStart(16, '0')}`;
      bench.virtual.registerUnit({ deviceId, platformId: 13, productId: 900 });
    }
    const { body } = await driverOn(bench, driven).ask('GET', '/v1/products/900/devices');
    expect([body.devices.length, body.meta.total_pages]).toEqual([25, 2]);
    expect(body.customers).toEqual([{ id: expect.stringMatching(/^[0-9a-f]{24}$/), username: 'buyer@example.com' }]);
  });

  test(`[25 ${driven}] rows and details have the keys that clients rely on, connected or not`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    const check = async () => {
      const { body } = await driver.ask('GET', DEVICES);
      for (const row of body.devices) expect(Object.keys(row)).toEqual(expect.arrayContaining(ROW_KEYS.split(' ')));
      const detail = await driver.ask('GET', `${DEVICES}/${D2}`);
      expect(Object.keys(detail.body)).toEqual(expect.arrayContaining(DETAIL_KEYS.split(' ')));
      return detail.body;
    };
    expect(await check()).toMatchObject({ online: false, last_heard: null, system_firmware_version: null });
    deviceLife(bench.virtual.state).connects(D2, { deviceOs: '6.2.1', version: 7 });
    expect(await check()).toMatchObject({ online: true, firmware_version: 7, system_firmware_version: '6.2.1' });
  });

  test(`[26 ${driven}] an unknown device is 404 with "not found"`, async () => {
    await using bench = await startCloudBench();
    const { status, body } = await driverOn(bench, driven).ask('GET', `${DEVICES}/${D1}`);
    expect([status, body.error]).toEqual([404, expect.stringContaining('not found')]);
  });

  test(`[27 ${driven}] an update answers with exactly what it changed`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    const renamed = await driver.ask('PUT', `${DEVICES}/${D2}`, { name: 'A' });
    expect([renamed.status, renamed.body]).toEqual([200, { id: D2, name: 'A', updated_at: expect.any(String) }]);
    const change = { name: 'B', notes: 'C', groups: ['x'], development: true };
    const { body } = await driver.ask('PUT', `${DEVICES}/${D2}`, change);
    expect(body).toEqual({ id: D2, ...change, updated_at: expect.any(String) });
    expect(await driver.ask('GET', `${DEVICES}/${D2}`)).toMatchObject({ body: change });
    expect(await driver.ask('PUT', `${DEVICES}/${D2}`, { development: false, notes: null })).toMatchObject({
      body: { development: false, notes: null },
    });
  });

  test(`[28 ${driven}] groups are set absolutely and made on the fly`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    await driver.form('PUT', `${DEVICES}/${D2}`, { groups: ['europe', 'asia'] });
    const { body } = await driver.ask('GET', GROUPS);
    expect(body.groups.map(({ name }: { name: string }) => name)).toEqual(['europe', 'asia']);
    await driver.ask('PUT', `${DEVICES}/${D2}`, { groups: ['asia'] });
    expect(await driver.ask('GET', `${DEVICES}/${D2}`)).toMatchObject({ body: { groups: ['asia'] } });
    const refused = await driver.ask('PUT', `${DEVICES}/${D2}`, { groups: ['fine', 'Not Fine'], name: 'never' });
    expect(refused.status).toBe(400);
    expect(await driver.ask('GET', `${DEVICES}/${D2}`)).toMatchObject({ body: { groups: ['asia'], name: null } });
  });

  test(`[29 ${driven}] a lock is a number however it was sent, and null or "null" takes it away`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    bench.virtual.addFirmware({ productId: PRODUCT, version: 1, bytes: new Uint8Array(8) });
    const lock = (version: string) => driver.form('PUT', `${DEVICES}/${D2}`, { desired_firmware_version: version });
    expect(await lock('1')).toMatchObject({ status: 200, body: { desired_firmware_version: 1 } });
    expect(await driver.ask('GET', `${DEVICES}/${D2}`)).toMatchObject({
      body: { desired_firmware_version: 1, targeted_firmware_release_version: 1 },
    });
    expect(await lock('null')).toMatchObject({ status: 200, body: { desired_firmware_version: null } });
    await lock('1');
    await driver.ask('PUT', `${DEVICES}/${D2}`, { desired_firmware_version: null });
    expect(await driver.ask('GET', `${DEVICES}/${D2}`)).toMatchObject({ body: { desired_firmware_version: null } });
  });

  test(`[31 ${driven}] a lock to a version that was not uploaded is 404 and changes nothing`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    const refused = await driver.ask('PUT', `${DEVICES}/${D2}`, { desired_firmware_version: 9, name: 'never' });
    expect(refused).toMatchObject({ status: 404, body: { ok: false, error: 'Firmware version not found' } });
    expect(await driver.ask('GET', `${DEVICES}/${D2}`)).toMatchObject({ body: { name: null } });
  });

  test(`[32 ${driven}] a batch adds and removes groups, keeps others, and passes over devices of other products`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    await driver.ask('PUT', `${DEVICES}/${D2}`, { groups: ['old', 'other'] });
    const batch = { action: 'groups', devices: [D2, D6, D1], metadata: { add: ['new'], remove: ['old'] } };
    expect(await driver.ask('PUT', DEVICES, batch)).toEqual({ status: 200, body: { ok: true } });
    expect(await driver.ask('GET', `${DEVICES}/${D2}`)).toMatchObject({ body: { groups: ['other', 'new'] } });
    expect(await driver.ask('GET', `${DEVICES}/${D6}`)).toMatchObject({ body: { groups: ['new'] } });
    expect(bench.virtual.state.devices.get(D1)?.groups).toEqual([]);
  });

  test(`[33 ${driven}] groups: 201, 409 for a second, 400 for a bad name, a count, and 204 takes them from devices`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    const create = (name: string) => driver.ask('POST', GROUPS, { name, description: 'd', color: '#34495e' });
    expect(await create('europe')).toMatchObject({
      status: 201,
      body: { group: { name: 'europe', color: '#34495e' } },
    });
    expect(await create('europe')).toMatchObject({ status: 409, body: { error: 'Group already exists' } });
    expect((await create('Big Group')).status).toBe(400);
    await driver.ask('PUT', `${DEVICES}/${D2}`, { groups: ['europe'] });
    expect(await driver.ask('GET', `${GROUPS}/europe`)).toMatchObject({ body: { group: { device_count: 1 } } });
    const renamed = await driver.ask('PUT', `${GROUPS}/europe`, { name: 'emea', description: 'e' });
    expect(renamed).toMatchObject({
      status: 200,
      body: { group: { name: 'emea', description: 'e', device_count: 1 } },
    });
    expect((await driver.ask('DELETE', `${GROUPS}/emea`)).status).toBe(204);
    expect((await driver.ask('GET', `${GROUPS}/emea`)).status).toBe(404);
    expect(await driver.ask('GET', `${DEVICES}/${D2}`)).toMatchObject({ body: { groups: [] } });
  });

  test(`[34 ${driven}] removing is 204, again is 404, and the owner then sees a device of the platform`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven, bench.userToken);
    await driver.ask('POST', DEVICES, { ids: [D2], claim_user: 'op@example.com' });
    expect(await driver.ask('DELETE', `${DEVICES}/${D2}`, {})).toEqual({ status: 204, body: {} });
    expect(await driver.ask('DELETE', `${DEVICES}/${D2}`, {})).toMatchObject({
      status: 404,
      body: { error: 'Device not found for this product' },
    });
    const { body } = await driver.ask('GET', '/v1/devices');
    expect(body).toMatchObject([{ id: D2, product_id: 13, platform_id: 13, owner: 'op@example.com' }]);
  });

  test(`[37 ${driven}] a quarantined device is approved by adding it, or denied`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    bench.virtual.registerUnit({ deviceId: D7, platformId: 13, productId: PRODUCT, conditions: ['quarantined'] });
    const { body } = await driver.ask('GET', DEVICES);
    expect(body.devices.filter(({ quarantined }: { quarantined: boolean }) => quarantined)).toHaveLength(2);
    expect(await driver.ask('POST', DEVICES, { id: D6 })).toMatchObject({ status: 200, body: { updated: 1 } });
    expect(await driver.ask('GET', `${DEVICES}/${D6}`)).toMatchObject({ body: { quarantined: false } });
    expect((await driver.ask('DELETE', `${DEVICES}/${D7}`, { deny: true })).status).toBe(204);
    expect(await driver.ask('GET', `${DEVICES}/${D7}`)).toMatchObject({ body: { denied: true } });
  });

  test(`[38 ${driven}] who appears at the first connection depends on Device OS and on the product's quarantine`, async () => {
    await using bench = await startCloudBench();
    bench.virtual.addProduct({ id: 900, platformId: 13, quarantinesUnknown: false });
    const driver = driverOn(bench, driven);
    const life = deviceLife(bench.virtual.state);
    const appears = async (product: number) => (await driver.ask('GET', `/v1/products/${product}/devices/${D7}`)).body;
    const anew = () => bench.virtual.registerUnit({ deviceId: D7, platformId: 13 });
    anew();
    expect(life.connects(D7, { deviceOs: '4.0.0', productId: PRODUCT, version: 1 })).toBe('online');
    expect(await appears(PRODUCT)).toMatchObject({ error: expect.stringContaining('not found') });
    anew();
    expect(life.connects(D7, { deviceOs: '3.3.1', productId: PRODUCT, version: 1 })).toBe('quarantined');
    expect(await appears(PRODUCT)).toMatchObject({ quarantined: true, firmware_product_id: PRODUCT });
    anew();
    expect(life.connects(D7, { deviceOs: '3.3.1', productId: 900, version: 1 })).toBe('online');
    expect(await appears(900)).toMatchObject({ quarantined: false, product_id: 900 });
  });

  test(`[39 ${driven}] a ping says whether the device is online`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    const ping = () => driver.ask('PUT', `${DEVICES}/${D2}/ping`);
    expect(await ping()).toEqual({ status: 200, body: { online: false, ok: true } });
    deviceLife(bench.virtual.state).connects(D2, { deviceOs: '6.2.1' });
    expect(await ping()).toEqual({ status: 200, body: { online: true, ok: true } });
  });
});

describe('devices beyond the checklist', () => {
  test("2.7: only a customer's device loses its owner when it is removed", async () => {
    await using bench = await startCloudBench();
    bench.virtual.addProduct({ id: 900, platformId: 13, customers: ['buyer@example.com'] });
    const driver = driverOn(bench, 'plain');
    for (const [deviceId, owner] of [
      [D1, 'buyer@example.com'],
      [D7, 'op@example.com'],
    ] as const) {
      bench.virtual.registerUnit({ deviceId, platformId: 13, productId: 900, owner });
      await driver.ask('DELETE', `/v1/products/900/devices/${deviceId}`, {});
    }
    const ownerOf = (deviceId: string) => bench.virtual.state.devices.get(deviceId)?.owner;
    expect([ownerOf(D1), ownerOf(D7)]).toEqual([undefined, 'op@example.com']);
  });

  test('2.5: signal answers with the state of the light, or with ok false and 200 when nobody is there', async () => {
    await using bench = await startCloudBench();
    const driver: Driver = driverOn(bench, 'plain');
    const signal = () => driver.ask('PUT', `${DEVICES}/${D2}`, { signal: '1' });
    expect(await signal()).toMatchObject({ status: 200, body: { ok: false } });
    deviceLife(bench.virtual.state).connects(D2, { deviceOs: '6.2.1' });
    expect(await signal()).toEqual({ status: 200, body: { id: D2, connected: true, signaling: true } });
  });

  test('2.3: a product of 20,000 devices is walked to the end, each device once', async () => {
    await using bench = await startCloudBench({ units: [] });
    for (let index = 0; index < 20_000; index += 1) {
      const deviceId = `e00fce6a${index.toString(16).padStart(16, '0')}`;
      bench.virtual.registerUnit({ deviceId, platformId: 13, productId: PRODUCT, serialNumber: `S${index}` });
    }
    const seen = new Set<string>();
    for (let page = 1, pages = 1; page <= pages; page += 1) {
      const { json } = await bench.ask('GET', `${DEVICES}?perPage=500&page=${page}&sortAttr=deviceId`);
      pages = (json.meta as { total_pages: number }).total_pages;
      for (const { id } of json.devices as { id: string }[]) seen.add(id);
    }
    expect(seen.size).toBe(20_000);
  });
});
