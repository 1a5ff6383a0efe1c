import { describe, expect, test } from 'vitest';
import { D1, D2, D4, D6, errorOf, I7, PRODUCT } from './cloud-bench.ts';
import { type ProductBench, productBinary, startProductBench } from './product-bench.ts';

/* Business rules of cloud-api.md 5.4 to 5.6 by the station's own client, over HTTP: what a unit in the field runs because of what was asked. */

const DEVICE_OS = '6.2.0';

describe('which version a unit runs after it connected', () => {
  test('R31: whatever is not the wanted version is replaced, upwards and downwards', async () => {
    await using line = await startLine(1, 2, 3);
    await line.releaseTo(2, { productDefault: true });
    expect(await line.runs(1)).toBe(2);
    expect(await line.runs(3)).toBe(2);
    expect(await line.runs(2)).toBe(2);
    // Nothing was sent to the one that had it.
    expect(line.transfers()).toBe(2);
  });

  test('R33: nothing released leaves it alone; then the default, the highest of its groups, and before all its lock', async () => {
    await using line = await startLine(1, 2, 3, 4);
    const { product, options } = line.bench;
    expect(await line.runs(1)).toBe(1);
    await line.releaseTo(4, { productDefault: true });
    expect(await line.runs(1)).toBe(4);
    await product.devices.change(PRODUCT, D2, { groups: ['lab', 'field'] }, options);
    await line.releaseTo(2, { groups: ['lab'] });
    await line.releaseTo(3, { groups: ['field'] });
    expect(await line.runs(4)).toBe(3);
    await product.devices.lock(PRODUCT, D2, { version: 1, flash: 'on-reset' }, options);
    expect(await line.runs(3)).toBe(1);
    await product.devices.unlock(PRODUCT, D2, options);
    expect(await line.runs(1)).toBe(3);
  });

  test('R36: a development unit keeps what it runs, whatever is released or locked', async () => {
    await using line = await startLine(1, 2, 3);
    const { product, options } = line.bench;
    await product.devices.change(PRODUCT, D2, { isDevelopment: true }, options);
    await line.releaseTo(2, { productDefault: true });
    await product.devices.lock(PRODUCT, D2, { version: 3, flash: 'on-reset' }, options);
    expect(await line.runs(1)).toBe(1);
    await product.devices.change(PRODUCT, D2, { isDevelopment: false }, options);
    expect(await line.runs(1)).toBe(3);
  });

  test('R35: a lock loads at once on a unit that is online and is asked for now, else at its next connection', async () => {
    await using line = await startLine(1, 2, 3);
    const { product, options, field } = line.bench;
    expect(await line.runs(1)).toBe(1);
    await product.devices.lock(PRODUCT, D2, { version: 2, flash: 'on-reset' }, options);
    expect(await line.seen()).toBe(1);
    await product.devices.lock(PRODUCT, D2, { version: 2, flash: 'now' }, options);
    expect(await line.seen()).toBe(2);
    field.disconnects(D2);
    await product.devices.lock(PRODUCT, D2, { version: 3, flash: 'now' }, options);
    expect(await line.seen()).toBe(2);
    expect(await line.runs(2)).toBe(3);
  });

  test('R38: a unit that was flashed with the released version loads nothing when it first connects, any other does', async () => {
    await using line = await startLine(1, 2);
    await line.releaseTo(2, { productDefault: true });
    expect(await line.runs(2)).toBe(2);
    expect(line.transfers()).toBe(0);
    expect(await line.runs(1)).toBe(2);
    expect(line.transfers()).toBe(1);
  });
});

describe('what may be done with a version', () => {
  test('R30: it is uploaded as what is compiled in, where 65535 is none, and as nothing else', async () => {
    await using bench = await startProductBench();
    const { product, options } = bench;
    const upload = (version: number, compiledIn: number) => {
      const bytes = productBinary({ version: compiledIn });
      return product.firmware.upload(PRODUCT, { version, title: 'v', fileName: 'v.bin', bytes }, options);
    };
    expect(await upload(1, 1)).toMatchObject({ kind: 'uploaded' });
    expect(await upload(65_534, 65_534)).toMatchObject({ kind: 'uploaded' });
    expect((await errorOf(upload(5, 4))).code).toBe('cloud/firmware-mismatch');
    for (const none of [0, 65_535, 65_536])
      expect((await errorOf(upload(none, none % 65_536))).code).toMatch(
        /^(cloud\/firmware-mismatch|request\/invalid)$/,
      );
    expect((await product.firmware.list(PRODUCT, options)).map(({ version }) => version).sort()).toEqual([1, 65_534]);
  });

  test('R34: it is released once a unit has come online with it, and not before', async () => {
    await using line = await startLine(2);
    const { product, options, field } = line.bench;
    const release = () => product.firmware.release(PRODUCT, 2, { productDefault: true }, options);
    expect((await errorOf(release())).code).toBe('cloud/not-yet-run');
    await product.devices.lock(PRODUCT, D2, { version: 2, flash: 'on-reset' }, options);
    field.connects(D2, { version: 1, deviceOs: DEVICE_OS });
    expect(await release()).toMatchObject({ version: 2, isProductDefault: true });
  });

  test('R37: it is deleted while it was never released, and never afterwards', async () => {
    await using line = await startLine(1, 2);
    const { product, options } = line.bench;
    await line.releaseTo(2, { productDefault: true });
    await product.firmware.delete(PRODUCT, 1, options);
    expect((await errorOf(product.firmware.delete(PRODUCT, 2, options))).code).toBe('cloud/firmware-released');
    await line.releaseTo(3, { productDefault: true });
    expect((await errorOf(product.firmware.delete(PRODUCT, 2, options))).code).toBe('cloud/firmware-released');
    expect(await product.firmware.get(PRODUCT, 1, options)).toBeUndefined();
  });
});

describe('what a product takes in', () => {
  test('R15: no unit of another platform, and nothing else changes by the attempt', async () => {
    await using bench = await startProductBench();
    expect((await errorOf(bench.cloud.addDevice(PRODUCT, D4, bench.options))).code).toBe('cloud/device-rejected');
    expect(bench.virtual.state.devices.get(D4)?.productId).toBeUndefined();
  });

  test('R19: a unit in quarantine by being added, and by nothing else', async () => {
    await using bench = await startProductBench();
    const { product, options } = bench;
    expect(await product.devices.detail(PRODUCT, D6, options)).toMatchObject({ quarantined: true });
    expect(await bench.cloud.addDevice(PRODUCT, D6, options)).toBe('added');
    expect(await product.devices.detail(PRODUCT, D6, options)).toMatchObject({ quarantined: false, denied: false });
  });

  test('R22, R23: an embedded SIM with its unit; a loose card by its own import alone', async () => {
    await using bench = await startProductBench({ clockSpeed: 0 });
    const { cloud, options, virtual } = bench;
    await cloud.addDevice(PRODUCT, D1, options);
    const embedded = virtual.state.sims.get(virtual.state.devices.get(D1)?.iccid ?? '');
    expect(embedded).toMatchObject({ productId: PRODUCT, lastAction: 'activate' });
    const loose = virtual.state.sims.get(I7);
    await cloud.addDevice(PRODUCT, loose?.deviceId as typeof D1, options);
    expect(loose).toMatchObject({ productId: undefined, lastAction: undefined });
    await cloud.importSim(PRODUCT, I7, options);
    expect(loose).toMatchObject({ productId: PRODUCT, lastAction: 'activate' });
  });
});

/** A product with these versions, and D2 in the field. */
async function startLine(...versions: readonly number[]) {
  const bench: ProductBench = await startProductBench();
  const add = (version: number) =>
    bench.virtual.addFirmware({ productId: PRODUCT, version, bytes: productBinary({ version }) });
  for (const version of versions) add(version);
  let transfers = 0;
  bench.virtual.state.events.listen({
    wants: ({ name }) => name === 'spark/flash/status',
    receive: ({ data }) => {
      if (data.startsWith('started')) transfers += 1;
    },
    end: () => undefined,
  });
  const seen = async () => (await bench.product.devices.detail(PRODUCT, D2, bench.options))?.firmwareVersion;
  return {
    bench,
    transfers: () => transfers,
    /** The version the cloud has seen on D2. */
    seen,
    /** Switches D2 on with this version, and gives what it runs once the cloud is done with it. */
    async runs(flashed: number) {
      bench.field.connects(D2, { version: flashed, deviceOs: DEVICE_OS });
      return seen();
    },
    /** Has another unit run the version, as the cloud wants it, and releases it. */
    async releaseTo(version: number, release: { readonly productDefault?: true; readonly groups?: readonly string[] }) {
      if (!bench.virtual.state.firmware.some((one) => one.version === version)) add(version);
      const scout = 'e00fce6800000000000000aa';
      bench.virtual.registerUnit({ deviceId: scout, platformId: 13, productId: PRODUCT });
      const record = bench.virtual.state.devices.get(scout);
      if (record !== undefined) record.development = true;
      bench.field.connects(scout, { version, deviceOs: DEVICE_OS });
      await bench.product.firmware.release(PRODUCT, version, release, bench.options);
    },
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}
