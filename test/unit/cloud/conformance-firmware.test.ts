import { describe, expect, test } from 'vitest';
import { generateModule } from '../../../firmware/generate-module.ts';
import { applicationSpec } from '../../../firmware/release-modules.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import { deviceLife } from '../../../src-main/virtual/cloud/device-life.ts';
import { type CloudBench, D1, D2, D7, PRODUCT, startCloudBench } from './cloud-bench.ts';
import { DRIVERS, type Driver, driverOn } from './conformance-drivers.ts';
import { holdStream } from './conformance-streams.ts';

const DEVICES = `/v1/products/${PRODUCT}/devices`;
const FIRMWARE = `/v1/products/${PRODUCT}/firmware`;

/** The numbers are those of the checklist in cloud-api.md 7. */
describe.each(DRIVERS)('conformance: firmware', (driven) => {
  test(`[50 ${driven}] an upload is 201 with what was uploaded, the file first and under either name`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    using stream = await holdStream(bench, driven, { product: PRODUCT, name: 'particle/firmware' });
    const file = Buffer.from('anything');
    const { status, body } = await driver.upload(PRODUCT, '4', file);
    expect([status, body]).toMatchObject([
      201,
      { version: 4, title: 'A title', size: 8, product_id: PRODUCT, product_default: false, device_count: 0 },
    ]);
    expect([typeof body.name, Number.isNaN(Date.parse(body.uploaded_on))]).toEqual(['string', false]);
    expect((await driver.upload(PRODUCT, '5', file, 'binary')).status).toBe(201);
    expect(await stream.reach(2)).toMatchObject([
      { name: 'particle/firmware/create', data: '{"version":"4"}', coreid: 'api' },
      { data: '{"version":"5"}' },
    ]);
  });

  test.each(['0', '65536', '1.5', 'one', '4'])(`[50 ${driven}] version %s is refused and not kept`, async (version) => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    await driver.upload(PRODUCT, '4', Buffer.from('the first'));
    expect(await driver.upload(PRODUCT, version, Buffer.from('x'))).toMatchObject({ status: 400, body: { ok: false } });
    expect((await driver.ask('GET', FIRMWARE)).body).toMatchObject([{ version: 4, size: 9 }]);
  });

  test(`[51 ${driven}] a binary that says another version or platform is refused, the right one is taken`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    expect(await driver.upload(PRODUCT, '5', application('boron', 4))).toMatchObject({
      status: 400,
      body: { error: 'Firmware version in binary (4) does not match 5' },
    });
    expect((await driver.upload(PRODUCT, '4', application('bsom', 4))).status).toBe(400);
    expect((await driver.upload(PRODUCT, '4', application('boron', 4))).status).toBe(201);
  });

  test(`[52 ${driven}] the list is a bare array with groups and device_count`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    for (const version of ['1', '2']) await driver.upload(PRODUCT, version, Buffer.from('x'));
    deviceLife(bench.virtual.state).connects(D2, { deviceOs: '6.2.1', version: 2 });
    const { body } = await driver.ask('GET', FIRMWARE);
    expect(body).toMatchObject([
      { version: 1, groups: [], device_count: 0 },
      { version: 2, groups: [], device_count: 1 },
    ]);
    expect(await driver.ask('GET', `${FIRMWARE}/2`)).toMatchObject({ status: 200, body: { device_count: 1 } });
    const edited = await driver.ask('PUT', `${FIRMWARE}/2`, { title: 'New', description: 'why' });
    expect(edited).toMatchObject({ status: 200, body: { title: 'New', description: 'why' } });
  });

  test(`[53 ${driven}] a version that runs nowhere cannot be released; once one online device reports it, it can`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    await driver.upload(PRODUCT, '3', Buffer.from('x'));
    const release = () => driver.ask('PUT', `${FIRMWARE}/release`, { version: 3, product_default: true });
    expect(await release()).toMatchObject({ status: 400, body: { ok: false } });
    using stream = await holdStream(bench, driven, { product: PRODUCT, name: 'particle/firmware/release' });
    deviceLife(bench.virtual.state).connects(D2, { deviceOs: '6.2.1', version: 3 });
    expect(await release()).toMatchObject({ status: 200, body: { version: 3, product_default: true, current: true } });
    expect(await stream.reach(1)).toMatchObject([{ data: '{"immediate":false,"version":3}', coreid: 'api' }]);
    const nothing = await driver.ask('PUT', `${FIRMWARE}/release`, { version: 3 });
    expect(nothing).toMatchObject({ status: 400, body: { ok: false } });
  });

  test(`[54 ${driven}] development beats a lock, a lock beats groups, the highest group version beats the default`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    await makeRunning(bench, driver, [1, 2, 3, 4]);
    const put = (body: object) => driver.ask('PUT', `${DEVICES}/${D2}`, body);
    const target = async () => (await driver.ask('GET', `${DEVICES}/${D2}`)).body.targeted_firmware_release_version;
    for (const name of ['a', 'b']) await driver.ask('POST', `/v1/products/${PRODUCT}/groups`, { name });
    expect(await target()).toBeNull();
    await driver.ask('PUT', `${FIRMWARE}/release`, { version: 4, product_default: true });
    await driver.ask('PUT', `${FIRMWARE}/release`, { version: 1, groups: ['a'] });
    await driver.ask('PUT', `${FIRMWARE}/release`, { version: 2, groups: ['b'] });
    expect(await target()).toBe(4);
    await put({ groups: ['a'] });
    expect(await target()).toBe(1);
    await put({ groups: ['a', 'b'] });
    expect(await target()).toBe(2);
    await put({ desired_firmware_version: 3 });
    expect(await target()).toBe(3);
    await put({ development: true });
    expect(await target()).toBeNull();
  });

  test(`[54 ${driven}] the groups of a release are absolute, and a group has one released version`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    await makeRunning(bench, driver, [1, 2]);
    for (const name of ['a', 'b', 'c']) await driver.ask('POST', `/v1/products/${PRODUCT}/groups`, { name });
    const release = (version: number, groups: string[]) =>
      driver.ask('PUT', `${FIRMWARE}/release`, { version, groups });
    const groups = async () => (await driver.ask('GET', FIRMWARE)).body.map((row: { groups: string[] }) => row.groups);
    await release(1, ['a', 'b']);
    await release(2, ['b', 'c']);
    expect(await groups()).toEqual([['a'], ['b', 'c']]);
    await release(2, ['c']);
    expect(await groups()).toEqual([['a'], ['c']]);
    const { body } = await driver.ask('GET', `/v1/products/${PRODUCT}/groups/c`);
    expect(body.group).toMatchObject({ fw_version: 2 });
    expect((await release(2, ['nowhere'])).status).toBe(404);
    await release(2, []);
    expect(await groups()).toEqual([['a'], []]);
  });

  test(`[55 ${driven}] an unreleased version is deleted, a released one stays, and its bytes come back the same`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    const file = application('boron', 7);
    await driver.upload(PRODUCT, '7', file);
    await driver.upload(PRODUCT, '8', Buffer.from('x'));
    expect((await driver.download(PRODUCT, 7)).equals(file)).toBe(true);
    deviceLife(bench.virtual.state).connects(D2, { deviceOs: '6.2.1', version: 7 });
    await driver.ask('PUT', `${FIRMWARE}/release`, { version: 7, product_default: true });
    expect(await driver.ask('DELETE', `${FIRMWARE}/7`)).toMatchObject({ status: 400, body: { ok: false } });
    expect((await driver.ask('DELETE', `${FIRMWARE}/8`)).status).toBe(204);
    expect((await driver.ask('GET', FIRMWARE)).body).toMatchObject([{ version: 7 }]);
  });
});

describe('firmware beyond the checklist', () => {
  test('2.9: an intelligent release reaches online devices at once, any other at their next handshake', async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, 'plain');
    const life = deviceLife(bench.virtual.state);
    await driver.ask('POST', DEVICES, { ids: [D1, D7], import_sims: false });
    bench.virtual.registerUnit({ deviceId: D7, platformId: 13, productId: PRODUCT });
    await makeRunning(bench, driver, [1, 2]);
    life.connects(D7, { deviceOs: '6.2.1', version: 1 });
    const version = async () => (await driver.ask('GET', `${DEVICES}/${D7}`)).body.firmware_version;
    await driver.ask('PUT', `${FIRMWARE}/release`, { version: 2, product_default: true });
    expect(await version()).toBe(1);
    life.connects(D7, { deviceOs: '6.2.1', version: 1 });
    expect(await version()).toBe(2);
    // Down as well as up: the comparison is equality.
    life.connects(D2, { deviceOs: '6.2.1', version: 1 });
    await driver.ask('PUT', `${FIRMWARE}/release`, { version: 1, product_default: true, intelligent: true });
    expect(await version()).toBe(1);
  });

  test('2.9: a bundle is taken when its part says what it is', async () => {
    await using bench = await startCloudBench();
    const post = async (type: string) => {
      const form = new FormData();
      form.append('file', new Blob(['PK\u0003\u0004 and so on'], { type }), 'bundle.zip');
      form.append('version', '9');
      form.append('title', 'A bundle');
      const headers = { authorization: `Bearer ${bench.userToken}` };
      return fetch(`${bench.virtual.baseUrl}${FIRMWARE}`, { method: 'POST', headers, body: form });
    };
    expect((await post('application/octet-stream')).status).toBe(400);
    expect((await post('application/zip')).status).toBe(201);
  });

  test('2.6: an impact counts those that would change, by what they run, and changes nothing', async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, 'plain');
    await makeRunning(bench, driver, [1, 2]);
    await driver.ask('PUT', `${DEVICES}/${D2}`, { groups: ['a'] });
    const query = 'action=edit_groups_for_firmware&firmware_version=1&groups=a&product_default=false';
    const impact = await driver.ask('GET', `/v1/products/${PRODUCT}/impact?${query}`);
    expect(impact).toEqual({
      status: 200,
      body: { firmware_update: { total: 1, by_version: [{ version: 2, total: 1 }] } },
    });
    expect((await driver.ask('GET', FIRMWARE)).body).toMatchObject([{ groups: [] }, { groups: [] }]);
  });
});

/** Uploads versions and lets a device report each of them, so that all can be released. */
async function makeRunning(bench: CloudBench, driver: Driver, versions: readonly number[]): Promise<void> {
  const life = deviceLife(bench.virtual.state);
  for (const version of versions) {
    await driver.upload(PRODUCT, String(version), Buffer.from(`version ${version}`));
    const tester = `e00fce6b${version.toString(16).padStart(16, '0')}`;
    bench.virtual.registerUnit({ deviceId: tester, platformId: 13, productId: PRODUCT });
    await driver.ask('PUT', `${DEVICES}/${tester}`, { development: true });
    life.connects(tester, { deviceOs: '6.2.1', version });
  }
  life.connects(D2, { deviceOs: '6.2.1', version: versions.at(-1) ?? 0 });
}

function application(platform: 'boron' | 'bsom', version: number): Buffer {
  const of = { platform: platformByName(platform), deviceOs: '6.2.1', moduleVersion: 6201 };
  return Buffer.from(generateModule(applicationSpec(of, { id: undefined, version }, 64)));
}
