import { describe, expect, test } from 'vitest';
import { agreeToTransfer } from '../../../src-main/virtual/cloud/claim-routes.ts';
import { deviceLife } from '../../../src-main/virtual/cloud/device-life.ts';
import {
  type CloudBench,
  D1,
  D2,
  D5,
  D7,
  errorOf,
  I1,
  I7,
  OP,
  PRODUCT,
  STRANGER,
  startCloudBench,
} from './cloud-bench.ts';
import { type Driver, driverOn } from './conformance-drivers.ts';
import { startProductBench } from './product-bench.ts';

/*
 * Business rules of cloud-api.md 5.1 to 5.4 that no single route decides: what changes together with what, and what does not. Over HTTP;
 * the rules that show when devices connect are in device-life.test.ts.
 */

const PATH = `/v1/products/${PRODUCT}`;
const DEVICES = `${PATH}/devices`;
const SIMS = `${PATH}/sims`;
const NEW = { deviceOs: '6.2.1', version: 1 };

describe('owner, product and SIM of a unit', () => {
  test('R1, R8: each action changes one of the three and leaves the other two as they were', async () => {
    await using cloud = await startCloud();
    const { ask, standing } = cloud;
    const nothing = { owner: undefined, product: undefined, simIn: undefined, sim: 'never_before_activated' };
    expect(standing()).toEqual(nothing);
    await ask('POST', DEVICES, { ids: [D1], import_sims: false });
    expect(standing()).toEqual({ ...nothing, product: PRODUCT });
    await ask('POST', '/v1/devices', { id: D1 });
    expect(standing()).toEqual({ ...nothing, product: PRODUCT, owner: OP.username });
    await ask('POST', SIMS, { sims: [I1] });
    const all = { product: PRODUCT, owner: OP.username, simIn: PRODUCT, sim: 'active' };
    expect(standing()).toEqual(all);
    await ask('PUT', `${SIMS}/${I1}`, { action: 'deactivate' });
    expect(standing()).toEqual({ ...all, sim: 'inactive_user_deactivated' });
    await ask('PUT', `${SIMS}/${I1}`, { action: 'reactivate' });
    expect(standing()).toEqual(all);
    await ask('DELETE', `${DEVICES}/${D1}/owner`);
    expect(standing()).toEqual({ ...all, owner: undefined });
    await ask('DELETE', `${DEVICES}/${D1}`, {});
    expect(standing()).toEqual({ ...all, owner: undefined, product: undefined });
    await ask('DELETE', `${SIMS}/${I1}`);
    expect(standing()).toEqual({ ...nothing, sim: 'inactive_user_deactivated' });
  });

  test('R1, R22: the pre-add alone changes all three at once, where it was asked to claim and to bring the SIM', async () => {
    await using cloud = await startCloud();
    await cloud.ask('POST', DEVICES, { ids: [D1], import_sims: true, claim_user: OP.username });
    expect(cloud.standing()).toEqual({ owner: OP.username, product: PRODUCT, simIn: PRODUCT, sim: 'active' });
  });

  test('R2: a unit has the same device ID whoever owns it and whichever product it is in', async () => {
    await using cloud = await startCloud();
    const { ask, bench } = cloud;
    const serialNumber = 'P046AF1450000FC';
    bench.virtual.addProduct({ id: 900, platformId: 13, team: [OP.username, STRANGER.username] });
    const idIn = async (product: number) =>
      (await ask('GET', `/v1/products/${product}/devices?serialNumber=${serialNumber}`)).body.devices.map(
        ({ id }: { readonly id: string }) => id,
      );
    await ask('POST', DEVICES, { ids: [serialNumber] });
    expect(await idIn(PRODUCT)).toEqual([D1]);
    await ask('POST', '/v1/devices', { id: D1 });
    expect(await idIn(PRODUCT)).toEqual([D1]);
    await ask('DELETE', `${DEVICES}/${D1}/owner`);
    await ask('DELETE', `${DEVICES}/${D1}`, {});
    await ask('POST', '/v1/products/900/devices', { ids: [serialNumber], claim_user: STRANGER.username });
    expect(await idIn(900)).toEqual([D1]);
    expect(await idIn(PRODUCT)).toEqual([]);
    expect((await ask('GET', `/v1/serial_numbers/${serialNumber}`)).body).toMatchObject({ deviceID: D1 });
  });

  test('R4: any active SIM takes any unit online, and the cloud remembers who used it last and nothing more', async () => {
    await using cloud = await startCloud();
    const { ask, life } = cloud;
    const { body: before } = await ask('GET', `${DEVICES}/${D2}`);
    await ask('PUT', `/v1/sims/${I7}`, { action: 'activate' });
    cloud.waits();
    // The card came with D7 and is in its owner's account; D2 is in a product and unclaimed.
    expect(life.connects(D2, { ...NEW, iccid: I7 })).toBe('online');
    expect((await ask('GET', `${DEVICES}/${D2}`)).body).toMatchObject({ online: true, iccid: I7, last_iccid: I7 });
    expect((await ask('GET', `/v1/sims/${I7}`)).body).toMatchObject({ last_device_id: D2, status: 'active' });
    await ask('POST', DEVICES, { ids: [D7] });
    expect(life.connects(D7, NEW)).toBe('online');
    expect((await ask('GET', `/v1/sims/${I7}`)).body).toMatchObject({ last_device_id: D7 });
    expect((await ask('GET', `${DEVICES}/${D2}`)).body).toMatchObject({
      last_iccid: I7,
      owner: before.owner,
      product_id: before.product_id,
    });
    expect(cloud.bench.virtual.state.sims.get(I7)).toMatchObject({ owner: OP.username, productId: undefined });
  });
});

describe('who must own a unit, and when it can be claimed', () => {
  test('R5: a unit outside of products is nothing to the cloud before it is claimed, which takes it online', async () => {
    await using cloud = await startCloud();
    const { ask, life, bench } = cloud;
    bench.virtual.registerUnit({ deviceId: D7, platformId: 13 });
    expect(await ask('POST', '/v1/devices', { id: D7 })).toMatchObject({ status: 404, body: { ok: false } });
    expect(life.connects(D7, NEW)).toBe('online');
    expect((await ask('GET', `/v1/devices/${D7}`)).status).toBe(403);
    expect(await ask('POST', '/v1/devices', { id: D7 })).toMatchObject({ status: 200, body: { ok: true } });
    expect(await ask('GET', `/v1/devices/${D7}`)).toMatchObject({ status: 200, body: { owner: OP.username } });
  });

  test('R6: a unit of a product that nobody owns is found, described, pinged, locked and heard', async () => {
    await using bench = await startProductBench();
    const { product, field, options } = bench;
    const heard = Promise.withResolvers<string>();
    const opened = Promise.withResolvers<void>();
    const stop = new AbortController();
    product.events.watch(
      PRODUCT,
      {
        onEvent: ({ name, data }) => name === 'level' && heard.resolve(data),
        onState: ({ kind }) => kind === 'up' && opened.resolve(),
      },
      stop.signal,
    );
    await opened.promise;
    expect(field.connects(D2, NEW)).toBe('online');
    field.publishes(D2, 'level', '7');
    expect(await heard.promise).toBe('7');
    stop.abort();
    bench.virtual.addFirmware({ productId: PRODUCT, version: 4, bytes: new Uint8Array(8) });
    await product.devices.change(PRODUCT, D2, { name: 'tank 7' }, options);
    await product.devices.lock(PRODUCT, D2, { version: 4, flash: 'now' }, options);
    expect(await product.devices.detail(PRODUCT, D2, options)).toMatchObject({
      owner: undefined,
      name: 'tank 7',
      firmwareVersion: 4,
      online: true,
    });
  });

  test('R7: a unit is claimed offline once the product has it, and not before', async () => {
    await using bench = await startProductBench();
    const { product, options } = bench;
    const early = await errorOf(product.devices.claim(PRODUCT, D7, options));
    expect(early.code).toMatch(/^cloud\/(claim-refused|not-in-product)$/);
    expect(bench.virtual.state.devices.get(D7)?.owner).toBeUndefined();
    await bench.cloud.addDevice(PRODUCT, D7, options);
    expect(await product.devices.claim(PRODUCT, D7, options)).toBe(OP.username);
    expect(bench.virtual.state.devices.get(D7)).toMatchObject({ owner: OP.username, online: false });
  });

  test('R10: another owner’s unit of the product is taken over by unclaiming and claiming it, or when the owner agrees', async () => {
    await using bench = await startProductBench();
    const { product, options, virtual } = bench;
    virtual.registerUnit({ deviceId: D2, platformId: 13, productId: PRODUCT, owner: STRANGER.username });
    expect(await errorOf(product.devices.claim(PRODUCT, D2, options))).toMatchObject({ code: 'cloud/claim-refused' });
    expect(virtual.state.devices.get(D2)?.owner).toBe(STRANGER.username);
    await product.devices.unclaim(PRODUCT, D2, options);
    expect(await product.devices.claim(PRODUCT, D2, options)).toBe(OP.username);
    const { ask } = driverOn(bench, 'plain', bench.userToken);
    const { body } = await ask('POST', '/v1/devices', { id: D5, request_transfer: true });
    expect(virtual.state.devices.get(D5)?.owner).not.toBe(OP.username);
    agreeToTransfer(virtual.state, body.transfer_id);
    expect(virtual.state.devices.get(D5)?.owner).toBe(OP.username);
  });
});

describe('what a free plan holds', () => {
  const SMALL = 'small@example.com';

  test('R11: a sandbox holds a hundred claimed units and not one more', async () => {
    await using bench = await startCloudBench();
    bench.virtual.addUser({ username: SMALL, password: 'x' });
    const { ask } = driverOn(bench, 'plain', bench.virtual.addToken({ username: SMALL, scopes: 'everything' }));
    const ids = deviceIds(101);
    for (const deviceId of ids) {
      bench.virtual.registerUnit({ deviceId, platformId: 13 });
      deviceLife(bench.virtual.state).connects(deviceId, NEW);
    }
    const statuses = [];
    for (const id of ids) statuses.push((await ask('POST', '/v1/devices', { id })).status);
    expect(statuses).toEqual([...Array.from({ length: 100 }, () => 200), 403]);
  });

  test('R12: members of a free product count in its owner’s sandbox, claimed or not; those of a paid one do not', async () => {
    await using bench = await startCloudBench();
    bench.virtual.addUser({ username: SMALL, password: 'x', deviceLimit: 3 });
    bench.virtual.addProduct({ id: 900, platformId: 13, team: [SMALL], deviceLimit: 3 });
    bench.virtual.addProduct({ id: 901, platformId: 13, team: [SMALL] });
    const { ask } = driverOn(bench, 'plain', bench.virtual.addToken({ username: SMALL, scopes: 'everything' }));
    const [own = '', one = '', two = '', three = '', paid = ''] = deviceIds(5);
    for (const deviceId of [own, one, two, three, paid]) bench.virtual.registerUnit({ deviceId, platformId: 13 });
    deviceLife(bench.virtual.state).connects(own, NEW);
    const add = async (product: number, ...ids: string[]) =>
      (await ask('POST', `/v1/products/${product}/devices`, { ids })).status;
    expect(await add(901, paid)).toBe(200);
    expect((await ask('POST', '/v1/devices', { id: paid })).status).toBe(200);
    expect(await add(900, one)).toBe(200);
    expect((await ask('POST', '/v1/devices', { id: own })).status).toBe(200);
    expect(await add(900, two, three)).toBe(403);
    expect(await add(900, two)).toBe(200);
    // Claiming what counts already takes no place.
    expect((await ask('POST', '/v1/devices', { id: two })).status).toBe(200);
    expect(await add(900, three)).toBe(403);
  });

  test('R13: an account holds a hundred SIMs of its own; those of a product do not count', async () => {
    await using bench = await startCloudBench();
    bench.virtual.addUser({ username: SMALL, password: 'x' });
    bench.virtual.addProduct({ id: 901, platformId: 13, team: [SMALL] });
    const { ask } = driverOn(bench, 'plain', bench.virtual.addToken({ username: SMALL, scopes: 'everything' }));
    const iccids = deviceIds(102).map((deviceId, index) => {
      const iccid = `8934076500${String(index).padStart(9, '0')}`;
      bench.virtual.registerUnit({ deviceId, platformId: 13, iccid, simForm: '4ff' });
      return iccid;
    });
    const [first = '', ...others] = iccids;
    const activate = async (iccid: string) => (await ask('PUT', `/v1/sims/${iccid}`, { action: 'activate' })).status;
    const statuses = [];
    for (const iccid of others.slice(0, 100)) statuses.push(await activate(iccid));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await activate(first)).toBe(403);
    expect(await ask('POST', '/v1/products/901/sims', { sims: [first] })).toMatchObject({ status: 200 });
    expect((await ask('GET', `/v1/products/901/sims/${first}`)).body).toMatchObject({ product_id: 901 });
    // One of the hundred moves into the product and makes room for another.
    await ask('POST', '/v1/products/901/sims', { sims: [others[0]] });
    expect(await activate(others[100] ?? '')).toBe(200);
  });
});

function deviceIds(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `e00fce6800000000001${String(index).padStart(5, '0')}`);
}

type Cloud = AsyncDisposable & {
  readonly bench: CloudBench;
  readonly life: ReturnType<typeof deviceLife>;
  readonly ask: Driver['ask'];
  /** Until every SIM on its way is there. */
  waits(): void;
  /** What the cloud keeps of D1 and the SIM it came with, once that is settled. */
  standing(): object;
};

/** The cloud, asked by a person who may do everything. */
async function startCloud(): Promise<Cloud> {
  const bench = await startCloudBench({ clockSpeed: 0 });
  const { state } = bench.virtual;
  const driver = driverOn(bench, 'plain', bench.userToken);
  const waits = () => state.clock.advance(60_000);
  return {
    bench,
    waits,
    life: deviceLife(state),
    ask: async (method, path, body) => {
      const reply = await driver.ask(method, path, body);
      waits();
      // A look settles what is due.
      await driver.ask('GET', `${SIMS}/${I1}`);
      return reply;
    },
    standing: () => {
      const { owner, productId } = state.devices.get(D1) ?? {};
      const { productId: simIn, status } = state.sims.get(I1) ?? {};
      return { owner, product: productId, simIn, sim: status };
    },
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}
