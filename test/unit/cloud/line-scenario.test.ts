import type Particle from 'particle-api-js';
import { expect, test } from 'vitest';
import { generateModule } from '../../../firmware/generate-module.ts';
import { applicationSpec } from '../../../firmware/release-modules.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import { deviceLife } from '../../../src-main/virtual/cloud/device-life.ts';
import { D1, D7, I1, I7, OP, PRODUCT, startCloudBench } from './cloud-bench.ts';
import { holdStream } from './conformance-streams.ts';
import { sdkBody, sdkOn } from './sdk.ts';

test("the vendor's client alone takes a batch from sign-in to removal", async () => {
  await using bench = await startCloudBench({ clockSpeed: 0 });
  const { state } = bench.virtual;
  const life = deviceLife(state);
  const TESTER = 'e00fce680000000000000042';
  bench.virtual.registerUnit({ deviceId: TESTER, platformId: 13 });

  // A supervisor signs in and finds the product.
  const login = sdkBody(await sdkOn(bench, null).login(OP));
  const token = String(login.access_token);
  const sdk = sdkOn(bench, token);
  const product = String(PRODUCT);
  const found = sdkBody(await sdk.getProduct({ product })).product;
  expect(found).toMatchObject({ id: PRODUCT, platform_id: 13, settings: { quarantine: true } });

  // The release engineer uploads version 5; the test unit is added by ID, the tray by file.
  const file = application(5);
  const uploaded = await sdk.uploadProductFirmware({ product, file, version: 5, title: 'Lot 1' } as never);
  expect([uploaded.statusCode, sdkBody(uploaded)]).toMatchObject([201, { version: 5, size: file.length }]);
  expect(sdkBody(await sdk.addDeviceToProduct({ product, deviceId: TESTER } as never))).toMatchObject({ updated: 1 });
  const tray = Buffer.from(`${D1}\r\n${D7}\r\n`);
  expect(sdkBody(await sdk.addDeviceToProduct({ product, file: tray } as never))).toMatchObject({
    updated: 2,
    updatedDeviceIds: [D1, D7],
  });

  // One unit is claimed offline; the plastic SIM is imported, both SIMs become active.
  expect(sdkBody(await sdk.claimDevice({ deviceId: D1 } as never))).toMatchObject({ ok: true });
  const imported = await sdk.post({ uri: `/v1/products/${product}/sims`, data: { sims: [I7] } } as never);
  expect(sdkBody(imported)).toEqual({ ok: true });
  expect(await simStatus(sdk, I7)).toEqual(['never_before_activated', true]);
  state.clock.advance(3_000);
  expect(await simStatus(sdk, I7)).toEqual(['active', false]);
  expect(await simStatus(sdk, I1)).toEqual(['active', false]);

  // The test unit comes online with an old version, is locked and flashed, and shows up with the new one.
  life.connects(TESTER, { deviceOs: '6.2.1', version: 4 });
  using stream = await holdStream(bench, 'sdk', { product: PRODUCT, name: 'spark/status' }, token);
  const lock = { product, deviceId: TESTER, desiredFirmwareVersion: 5, flash: true };
  expect(sdkBody(await sdk.lockDeviceProductFirmware(lock as never))).toMatchObject({ desired_firmware_version: 5 });
  expect(await stream.reach(2)).toMatchObject([
    { coreid: TESTER, data: 'offline', version: 4 },
    { coreid: TESTER, data: 'online', version: 5 },
  ]);

  // It runs, so it can be released; the units of the batch get it as soon as they are online.
  const released = await sdk.releaseProductFirmware({ product, version: 5, product_default: true } as never);
  expect(sdkBody(released)).toMatchObject({ version: 5, product_default: true });
  await sdk.post({ uri: `/v1/products/${product}/groups`, data: { name: 'lot-1' } } as never);
  const batch = { action: 'groups', devices: [D1, D7], metadata: { add: ['lot-1'] } };
  await sdk.put({ uri: `/v1/products/${product}/devices`, data: batch } as never);
  await sdk.renameDevice({ product, deviceId: D1, name: 'line-1-0001' } as never);
  for (const id of [D1, D7]) expect(life.connects(id, { deviceOs: '6.2.1', version: 4 })).toBe('online');
  const inLot = sdkBody(
    await sdk.listDevices({ product, groups: ['lot-1'], sortAttr: 'deviceId', sortDir: 'asc' } as never),
  );
  const ready = { online: true, firmware_version: 5, targeted_firmware_release_version: 5, groups: ['lot-1'] };
  expect(inLot.devices).toMatchObject([
    { id: D1, name: 'line-1-0001', owner: OP.username, ...ready },
    { id: D7, ...ready },
  ]);

  // Unclaim, then remove; the SIM is not touched by either.
  expect(sdkBody(await sdk.removeDeviceOwner({ product, deviceId: D1 } as never))).toEqual({ ok: true });
  expect((await sdk.removeDevice({ product, deviceId: D1 } as never)).statusCode).toBe(204);
  expect(await simStatus(sdk, I1)).toEqual(['active', false]);
  const left = sdkBody(await sdk.listDevices({ product, sortAttr: 'deviceId', sortDir: 'asc' } as never));
  expect((left.devices as { id: string }[]).map(({ id }) => id)).not.toContain(D1);
  expect(state.devices.get(D1)).toMatchObject({ productId: undefined, owner: undefined });
});

async function simStatus(sdk: Particle, iccid: string): Promise<[unknown, unknown]> {
  const body = sdkBody(await sdk.get({ uri: `/v1/products/${PRODUCT}/sims/${iccid}` } as never));
  return [body.status, body.state_change_in_progress];
}

function application(version: number): Buffer {
  const of = { platform: platformByName('boron'), deviceOs: '6.2.1', moduleVersion: 6201 };
  return Buffer.from(generateModule(applicationSpec(of, { id: undefined, version }, 64)));
}
