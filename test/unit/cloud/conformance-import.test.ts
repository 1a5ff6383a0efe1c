import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { D1, D2, D3, D4, D5, D7, I1, PRODUCT, readAnswer, startCloudBench } from './cloud-bench.ts';
import { DRIVERS, driverOn } from './conformance-drivers.ts';

const DEVICES = `/v1/products/${PRODUCT}/devices`;
const SIMS = `/v1/products/${PRODUCT}/sims`;
const DP = 'e00fce68000000000000000f';
const ARRAYS = [
  'updatedDeviceIds',
  'existingDeviceIds',
  'nonmemberDeviceIds',
  'invalidDeviceIds',
  'protectedDeviceIds',
];

/** The numbers are those of the checklist in cloud-api.md 7. */
describe.each(DRIVERS)('conformance: import', (driven) => {
  test(`[12 ${driven}] a first import updates, and all six keys are there`, async () => {
    await using bench = await startCloudBench();
    const { status, body } = await driverOn(bench, driven).ask('POST', DEVICES, { id: D1 });
    expect([status, body.updated, body.updatedDeviceIds]).toEqual([200, 1, [D1]]);
    expect(Object.keys(body)).toEqual(expect.arrayContaining(['updated', ...ARRAYS]));
  });

  test(`[13 ${driven}] a second import changes nothing and finds the device existing`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    await driver.ask('POST', DEVICES, { id: D1 });
    const before = await driver.ask('GET', `${DEVICES}/${D1}`);
    const { status, body } = await driver.ask('POST', DEVICES, { id: D1 });
    expect([status, body]).toMatchObject([200, { updated: 0, updatedDeviceIds: [], existingDeviceIds: [D1] }]);
    expect(await driver.ask('GET', `${DEVICES}/${D1}`)).toEqual(before);
  });

  test.each([
    ['in another product', D3, 'invalidDeviceIds'],
    ['unknown', '000000000000000000000001', 'invalidDeviceIds'],
    ['malformed', 'WAT', 'invalidDeviceIds'],
    ['of another platform', D4, 'invalidDeviceIds'],
    ["a stranger's", D5, 'nonmemberDeviceIds'],
    ['protected', DP, 'protectedDeviceIds'],
  ])(`[14 ${driven}] a device that is %s goes with 200 into its array and nowhere else`, async (_what, id, array) => {
    await using bench = await startCloudBench();
    bench.virtual.registerUnit({ deviceId: DP, platformId: 13, conditions: ['protected'] });
    const { status, body } = await driverOn(bench, driven).ask('POST', DEVICES, { id });
    expect([status, body.updated]).toEqual([200, 0]);
    for (const name of ARRAYS) expect(body[name]).toEqual(name === array ? [id] : []);
  });

  test(`[15 ${driven}] a file named \`file\` with CRLF, blanks and duplicates is classified line by line`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    const { status, body } = await driver.post(DEVICES, Buffer.from(`\uFEFF${D1}\r\n\r\n ${D2} \r\n${D1}\r\nWAT`));
    expect([status, body.updated]).toEqual([200, 1]);
    expect(body).toMatchObject({ updatedDeviceIds: [D1], existingDeviceIds: [D2, D1], invalidDeviceIds: ['WAT'] });
    expect(await driver.ask('GET', `${DEVICES}/${D1}`)).toMatchObject({ body: { product_id: PRODUCT } });
  });

  test(`[16 ${driven}] a text file from disk is read the same`, async () => {
    await using bench = await startCloudBench();
    await using folder = await disposableFolder();
    const path = join(folder.path, 'd.txt');
    await writeFile(path, `${D1}\n${D5}\n`);
    const { status, body } = await driverOn(bench, driven).post(DEVICES, path);
    expect([status, body]).toMatchObject([200, { updated: 1, updatedDeviceIds: [D1], nonmemberDeviceIds: [D5] }]);
  });

  test(`[17 ${driven}] upper case is the same device`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    expect(await driver.ask('POST', DEVICES, { id: D1.toUpperCase() })).toMatchObject({ body: { updated: 1 } });
    expect(await driver.ask('GET', `${DEVICES}/${D1}`)).toMatchObject({ status: 200, body: { id: D1 } });
  });

  test.each([
    ['serial number', 'P046AF1450000FC'],
    ['IMEI', '352753090000001'],
    ['ICCID', I1],
  ])(`[18 ${driven}] the %s imports its device and is echoed as sent`, async (_kind, identifier) => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    const { body } = await driver.ask('POST', DEVICES, { ids: [identifier] });
    expect(body).toMatchObject({ updated: 1, updatedDeviceIds: [identifier] });
    expect(await driver.ask('GET', `${DEVICES}/${D1}`)).toMatchObject({ status: 200 });
  });

  test(`[19 ${driven}] ids with import_sims and claim_user: the device is claimed and its SIM is in the product`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    await driver.ask('POST', DEVICES, { ids: [D1], import_sims: true, claim_user: 'op@example.com' });
    expect(await driver.ask('GET', `${DEVICES}/${D1}`)).toMatchObject({ body: { owner: 'op@example.com' } });
    expect(await driver.ask('GET', `${SIMS}/${I1}`)).toMatchObject({ status: 200, body: { product_id: PRODUCT } });
    const refused = await driver.ask('POST', DEVICES, { ids: [D7], claim_user: 'nobody@example.com' });
    expect(refused).toMatchObject({ status: 400, body: { ok: false } });
    expect(await driver.ask('GET', `${DEVICES}/${D7}`)).toMatchObject({ status: 404 });
  });

  test(`[20 ${driven}] fields after the file are read, and import_sims=false leaves the SIM alone`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    const fields = { import_sims: 'false', claim_user: 'op@example.com' };
    expect(await driver.post(DEVICES, Buffer.from(`${D1}\n`), fields)).toMatchObject({ body: { updated: 1 } });
    expect(await driver.ask('GET', `${DEVICES}/${D1}`)).toMatchObject({ body: { owner: 'op@example.com' } });
    expect(await driver.ask('GET', `${SIMS}/${I1}`)).toMatchObject({ status: 404 });
  });

  test(`[21 ${driven}] claim_user in the query is honoured`, async () => {
    await using bench = await startCloudBench();
    const driver = driverOn(bench, driven);
    await driver.ask('POST', `${DEVICES}?claim_user=op@example.com`, { ids: [D1] });
    expect(await driver.ask('GET', `${DEVICES}/${D1}`)).toMatchObject({ body: { owner: 'op@example.com' } });
  });

  test(`[22 ${driven}] an import of nothing is 400 in JSON`, async () => {
    await using bench = await startCloudBench();
    const refused = await driverOn(bench, driven).ask('POST', `${DEVICES}?nothing`, { ids: [] });
    expect(refused).toMatchObject({ status: 400, body: { ok: false, error: expect.any(String) } });
  });
});

describe('import beyond the checklist', () => {
  test('2.2.1: a senseless or too large body is refused as JSON', async () => {
    await using bench = await startCloudBench();
    expect(await bench.ask('POST', DEVICES, {})).toMatchObject({ status: 400, json: { ok: false } });
    const headers = { authorization: `Bearer ${bench.virtual.token}`, 'content-type': 'application/json' };
    const post = async (body: string) => {
      const init = { method: 'POST', headers, body };
      return readAnswer(await fetch(`${bench.virtual.baseUrl}${DEVICES}`, init));
    };
    expect(await post('{"ids":')).toMatchObject({ status: 400, json: { ok: false } });
    expect(await post(`{"ids":["${'x'.repeat(10 * 1024 * 1024)}"]}`)).toMatchObject({
      status: 413,
      json: { ok: false },
    });
  });

  test('2.2.1: five thousand identifiers in one request are classified one by one', async () => {
    await using bench = await startCloudBench();
    const ids = Array.from({ length: 5_000 }, (_none, index) => index.toString(16).padStart(24, '0'));
    const { json } = await bench.ask('POST', DEVICES, { ids: [...ids, D1] });
    expect(json).toMatchObject({ updated: 1, updatedDeviceIds: [D1], invalidDeviceIds: ids });
  });

  test('2.2.3: an import beyond the limit of the plan is refused and adds nothing', async () => {
    await using bench = await startCloudBench();
    bench.virtual.addProduct({ id: 900, platformId: 13, deviceLimit: 1 });
    const refused = await bench.ask('POST', '/v1/products/900/devices', { ids: [D1, D7] });
    expect(refused).toMatchObject({ status: 403, json: { error: 'Device limit reached' } });
    expect(await bench.ask('GET', '/v1/products/900/devices')).toMatchObject({ json: { devices: [] } });
    expect(await bench.ask('POST', '/v1/products/900/devices', { ids: [D1] })).toMatchObject({ status: 200 });
  });

  test('5.3 R14: a device in the quarantine of another product can be imported', async () => {
    await using bench = await startCloudBench();
    bench.virtual.registerUnit({ deviceId: D7, platformId: 13, productId: 777, conditions: ['quarantined'] });
    expect(await bench.ask('POST', DEVICES, { id: D7 })).toMatchObject({ json: { updatedDeviceIds: [D7] } });
  });

  test('0.2: a unit that is registered again is found by its new serial number and no longer by the old one', async () => {
    await using bench = await startCloudBench();
    const serials = async () => (await bench.ask('POST', DEVICES, { ids: ['OLD000', 'NEW000'] })).json;
    bench.virtual.registerUnit({ deviceId: D7, platformId: 13, serialNumber: 'OLD000' });
    expect(await serials()).toMatchObject({ updatedDeviceIds: ['OLD000'], invalidDeviceIds: ['NEW000'] });
    bench.virtual.registerUnit({ deviceId: D7, platformId: 13, serialNumber: 'NEW000' });
    expect(await serials()).toMatchObject({ updatedDeviceIds: ['NEW000'], invalidDeviceIds: ['OLD000'] });
  });
});

async function disposableFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'conformance-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
