import { describe, expect, test } from 'vitest';
import { generateModule } from '../../../firmware/generate-module.ts';
import { applicationSpec } from '../../../firmware/release-modules.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import { type DeviceLife, deviceLife, type ReportedFirmware } from '../../../src-main/virtual/cloud/device-life.ts';
import { type CloudBench, D1, D2, D6, D7, I1, PRODUCT, startCloudBench } from './cloud-bench.ts';
import { type Driver, driverOn } from './conformance-drivers.ts';

const DEVICES = `/v1/products/${PRODUCT}/devices`;
const OLD: ReportedFirmware = { deviceOs: '3.3.1', productId: PRODUCT, version: 1 };
const NEW: ReportedFirmware = { deviceOs: '6.2.1', version: 1 };
/** Tinker and the like: names no product, or, as a wildcard, only the platform (cloud-api.md 5.4 R18). */
const NAMES_NONE: ReportedFirmware[] = [{ deviceOs: '3.3.1' }, { deviceOs: '3.3.1', productId: 13 }];

/** Business rules of cloud-api.md 5.4 and 5.5 that show only when devices connect. */
describe('where a device belongs when it connects', () => {
  test('R16: Device OS 4.0 that was pre-added is in its product, whatever its firmware names', async () => {
    await using line = await startLine();
    await line.driver.ask('POST', DEVICES, { id: D7 });
    expect(line.life.connects(D7, { deviceOs: '4.0.0', productId: 777, version: 1 })).toBe('online');
    expect(await line.get(D7)).toMatchObject({ product_id: PRODUCT, quarantined: false, online: true });
  });

  test('R16: Device OS 4.0 that was not pre-added is online and in no product, and its quarantine is over', async () => {
    await using line = await startLine();
    line.life.connects(D7, OLD);
    expect(await line.get(D7)).toMatchObject({ quarantined: true });
    expect(line.life.connects(D7, { ...OLD, deviceOs: '4.0.2' })).toBe('online');
    expect(await line.get(D7)).toMatchObject({ error: 'Device not found' });
    expect(line.bench.virtual.state.devices.get(D7)?.online).toBe(true);
  });

  test('R17: firmware of another platform brings a device into no quarantine', async () => {
    await using line = await startLine();
    line.bench.virtual.registerUnit({ deviceId: D7, platformId: 10 });
    expect(line.life.connects(D7, OLD)).toBe('online');
    expect(await line.get(D7)).toMatchObject({ error: 'Device not found' });
  });

  test("R17: a stranger's device does not join where unknown devices are approved", async () => {
    await using line = await startLine();
    line.bench.virtual.addProduct({ id: 900, platformId: 13, quarantinesUnknown: false });
    line.bench.virtual.registerUnit({ deviceId: D7, platformId: 13, owner: 'stranger@example.org' });
    expect(line.life.connects(D7, { ...OLD, productId: 900 })).toBe('quarantined');
  });

  test.each(NAMES_NONE)('R18: a device whose firmware names no product (%o) needs the pre-add', async (firmware) => {
    await using line = await startLine();
    line.life.connects(D7, firmware);
    expect(await line.get(D7)).toMatchObject({ error: 'Device not found' });
    await line.driver.ask('POST', DEVICES, { id: D7 });
    line.life.connects(D7, firmware);
    expect(await line.get(D7)).toMatchObject({ product_id: PRODUCT, online: true });
  });

  test('R19: a denied device stays denied until its firmware names no product', async () => {
    await using line = await startLine();
    await line.driver.ask('DELETE', `${DEVICES}/${D6}`, { deny: true });
    expect(line.life.connects(D6, OLD)).toBe('denied');
    expect(await line.get(D6)).toMatchObject({ denied: true });
    expect(line.life.connects(D6, { deviceOs: '3.3.1' })).toBe('online');
    expect(await line.get(D6)).toMatchObject({ error: 'Device not found' });
  });

  test('R20: a removed device whose firmware still names the product is back in its quarantine when it connects', async () => {
    await using line = await startLine();
    line.life.connects(D2, OLD);
    await line.driver.ask('DELETE', `${DEVICES}/${D2}`, {});
    expect(await line.get(D2)).toMatchObject({ error: 'Device not found' });
    expect(line.life.connects(D2, OLD)).toBe('quarantined');
    expect(await line.get(D2)).toMatchObject({ quarantined: true, product_id: PRODUCT });
  });
});

describe('what a connection needs and leaves behind', () => {
  test('R3: a cellular device stays offline until its SIM is active, and goes offline with it', async () => {
    await using line = await startLine();
    const { clock } = line.bench.virtual.state;
    expect(line.life.connects(D1, NEW)).toBe('no-sim');
    await line.driver.ask('POST', DEVICES, { id: D1 });
    expect(line.life.connects(D1, NEW)).toBe('no-sim');
    expect(await line.get(D1)).toMatchObject({ online: false, last_heard: null });
    clock.advance(3_000);
    expect(line.life.connects(D1, NEW)).toBe('online');
    expect(await line.get(D1)).toMatchObject({ online: true, iccid: I1, last_iccid: I1 });
    await line.driver.ask('PUT', `/v1/products/${PRODUCT}/sims/${I1}`, { action: 'deactivate' });
    expect(await line.get(D1)).toMatchObject({ online: false });
  });

  test("R29: another company's SIM needs nothing of the cloud", async () => {
    await using line = await startLine();
    await line.driver.ask('POST', DEVICES, { ids: [D1], import_sims: false });
    const iccid = '8988228066600000000';
    expect(line.life.connects(D1, { ...NEW, iccid })).toBe('online');
    expect(await line.get(D1)).toMatchObject({ online: true, last_iccid: iccid });
  });

  test('2.4: the record has when, with what and how often; a version that is not what the cloud wants is replaced', async () => {
    await using line = await startLine();
    const { clock } = line.bench.virtual.state;
    line.life.connects(D2, { ...OLD, version: 9 });
    const first = await line.get(D2);
    expect(first).toMatchObject({
      online: true,
      firmware_version: 9,
      firmware_product_id: PRODUCT,
      system_firmware_version: '3.3.1',
      last_ip_address: expect.stringMatching(/^203\.0\.113\./),
    });
    clock.advance(1_000);
    line.life.publishes(D2, 'temperature', '21');
    const second = await line.get(D2);
    expect(Date.parse(second.last_heard) - Date.parse(first.last_heard)).toBe(1_000);
    expect(second.last_handshake_at).toBe(first.last_handshake_at);
    line.bench.virtual.addFirmware({ productId: PRODUCT, version: 4, bytes: new Uint8Array(8) });
    await line.driver.ask('PUT', `${DEVICES}/${D2}`, { desired_firmware_version: 4 });
    expect(await line.get(D2)).toMatchObject({ firmware_version: 9 });
    line.life.connects(D2, { ...OLD, version: 9 });
    expect(await line.get(D2)).toMatchObject({ firmware_version: 4, online: true });
  });

  test('R32: an update brings the Device OS that the firmware needs, and never an older one', async () => {
    await using line = await startLine();
    for (const [version, deviceOs, moduleVersion] of [
      [4, '6.2.0', 6200],
      [5, '4.0.0', 4000],
    ] as const) {
      const of = { platform: platformByName('boron'), deviceOs, moduleVersion };
      const bytes = generateModule(applicationSpec(of, { id: undefined, version }, 64));
      line.bench.virtual.addFirmware({ productId: PRODUCT, version, bytes });
    }
    line.life.connects(D2, { deviceOs: '5.6.0', version: 1 });
    const flash = (version: number) =>
      line.driver.ask('PUT', `${DEVICES}/${D2}`, { desired_firmware_version: version, flash: true });
    await flash(4);
    expect(await line.get(D2)).toMatchObject({ firmware_version: 4, system_firmware_version: '6.2.0' });
    await flash(5);
    expect(await line.get(D2)).toMatchObject({ firmware_version: 5, system_firmware_version: '6.2.0' });
  });

  test('an unknown device does not connect, and nothing is heard from one that is offline', async () => {
    await using line = await startLine();
    const heard: string[] = [];
    line.bench.virtual.state.events.listen({
      wants: () => true,
      receive: ({ name }) => heard.push(name),
      end: () => undefined,
    });
    expect(line.life.connects('00000000000000000000dead', NEW)).toBe('unknown');
    line.life.publishes(D2, 'temperature', '21');
    line.life.disconnects(D2);
    expect(heard).toEqual([]);
  });
});

type Line = AsyncDisposable & {
  readonly bench: CloudBench;
  readonly life: DeviceLife;
  readonly driver: Driver;
  // biome-ignore lint/suspicious/noExplicitAny: the answer is what the tests are about
  get(deviceId: string): Promise<any>;
};

async function startLine(): Promise<Line> {
  const bench = await startCloudBench({ clockSpeed: 0 });
  // Without a SIM of its own: what these tests are about is where it belongs.
  bench.virtual.registerUnit({ deviceId: D7, platformId: 13 });
  const driver = driverOn(bench, 'plain');
  return {
    bench,
    driver,
    life: deviceLife(bench.virtual.state),
    get: async (deviceId) => (await driver.ask('GET', `${DEVICES}/${deviceId}`)).body,
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}
