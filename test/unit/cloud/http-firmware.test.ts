import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { D1, D2, errorOf, PRODUCT, within } from './cloud-bench.ts';
import { productAnswering, productBinary, startProductBench } from './product-bench.ts';

const upload = (version: number, bytes = productBinary({ version })) => ({
  bytes,
  fileName: 'tank.bin',
  version,
  title: `Tank ${version}`,
  description: 'For the tank',
});

describe('an upload', () => {
  test('carries the file byte for byte, under the version that is compiled in', async () => {
    await using bench = await startProductBench();
    const bytes = productBinary({ version: 13 });
    const { kind, firmware } = await bench.product.firmware.upload(PRODUCT, upload(13, bytes), bench.options);
    expect(kind).toBe('uploaded');
    expect(firmware).toMatchObject({
      version: 13,
      title: 'Tank 13',
      description: 'For the tank',
      name: 'tank.bin',
      sizeBytes: bytes.length,
      isProductDefault: false,
      groups: [],
      deviceCount: 0,
    });
    expect(Buffer.compare(await bench.product.firmware.binary(PRODUCT, 13, bench.options), bytes)).toBe(0);
    expect(await bench.product.firmware.get(PRODUCT, 13, bench.options)).toEqual(firmware);
  });

  test.each([
    ['another version', upload(14, productBinary({ version: 13 })), 'cloud/firmware-mismatch', '13'],
    [
      'another platform',
      upload(13, productBinary({ version: 13, platform: 'argon' })),
      'cloud/firmware-mismatch',
      '12',
    ],
    [
      'another product, as only firmware before 4.0 says',
      upload(13, productBinary({ version: 13, deviceOs: '3.3.0', productId: 777 })),
      'cloud/firmware-mismatch',
      '777',
    ],
    ['no module', upload(13, Buffer.from('hello')), 'firmware/not-a-module', 'tank.bin'],
    ['no title', { ...upload(13), title: ' ' }, 'request/invalid', 'title'],
  ])('of %s is refused before a byte is sent', async (_what, order, code, word) => {
    await using bench = await startProductBench();
    const error = await errorOf(bench.product.firmware.upload(PRODUCT, order, bench.options));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(word)]);
    expect(bench.requests().filter((request) => !request.startsWith('GET'))).toEqual([]);
  });

  test.each([
    ['names this product', PRODUCT],
    ['leaves it to the list', 13],
  ])('of firmware before 4.0 that %s is taken', async (_what, productId) => {
    await using bench = await startProductBench();
    const order = upload(13, productBinary({ version: 13, deviceOs: '3.3.0', productId }));
    expect((await bench.product.firmware.upload(PRODUCT, order, bench.options)).kind).toBe('uploaded');
  });

  test('of a bundle is read inside and sent as a zip', async () => {
    await using bench = await startProductBench();
    const bundle = zipSync({ 'tank.bin': productBinary({ version: 13 }) });
    const order = { ...upload(13, bundle), fileName: 'tank.zip' };
    expect((await bench.product.firmware.upload(PRODUCT, order, bench.options)).kind).toBe('uploaded');
    const wrong = errorOf(bench.product.firmware.upload(PRODUCT, { ...order, version: 14 }, bench.options));
    expect((await wrong).code).toBe('cloud/firmware-mismatch');
  });

  test('of the same file again is there already; of another file under its version it is refused', async () => {
    await using bench = await startProductBench();
    await bench.product.firmware.upload(PRODUCT, upload(13), bench.options);
    expect((await bench.product.firmware.upload(PRODUCT, upload(13), bench.options)).kind).toBe('already-there');
    const other = upload(13, productBinary({ version: 13, build: 1 }));
    expect((await errorOf(bench.product.firmware.upload(PRODUCT, other, bench.options))).code).toBe(
      'cloud/firmware-exists',
    );
    expect(bench.virtual.state.firmware).toHaveLength(1);
  });

  test.each(['reset-after-effect', 'html-504-after-effect', 'truncated'] as const)(
    'whose answer is lost (%s) is found by reading, and not sent twice',
    async (name) => {
      await using bench = await startProductBench({ faults: [{ name, endpoint: 'upload-firmware', count: 1 }] });
      const { kind } = await bench.product.firmware.upload(PRODUCT, upload(13), bench.options);
      expect(kind).toBe('uploaded');
      expect(bench.requests().filter((request) => request.startsWith('POST'))).toHaveLength(1);
    },
  );

  test('that never arrived says so', async () => {
    await using bench = await startProductBench({
      faults: [{ name: 'reset-before-effect', endpoint: 'upload-firmware', count: 1 }],
    });
    const error = await errorOf(bench.product.firmware.upload(PRODUCT, upload(13), bench.options));
    expect(error.code).toBe('cloud/unreachable');
    expect((await bench.product.firmware.upload(PRODUCT, upload(13), bench.options)).kind).toBe('uploaded');
  });
});

describe('a release', () => {
  test('needs one unit that has come online with the version', async () => {
    await using bench = await startProductBench();
    const { firmware } = bench.product;
    await firmware.upload(PRODUCT, upload(13), bench.options);
    const early = await errorOf(firmware.release(PRODUCT, 13, { productDefault: true }, bench.options));
    expect(early.code).toBe('cloud/not-yet-run');
    expect(bench.requests().some((request) => request.startsWith('PUT'))).toBe(false);
    bench.field.connects(D2, { version: 13, deviceOs: '6.2.0' });
    const released = await firmware.release(PRODUCT, 13, { productDefault: true }, bench.options);
    expect(released).toMatchObject({ version: 13, isProductDefault: true });
    expect(await firmware.release(PRODUCT, 13, { productDefault: true }, bench.options)).toEqual(released);
  });

  test('that the cloud refuses for the same reason has the same code', async () => {
    const listed = [{ version: 13, device_count: 5 }];
    const refused = { ok: false, error: 'Firmware must be running on at least one device before it can be released' };
    const { firmware } = productAnswering({ GET: [200, listed], PUT: [400, refused] });
    const error = await errorOf(firmware.release(PRODUCT, 13, { productDefault: true }, within(5_000)));
    expect(error.code).toBe('cloud/not-yet-run');
  });

  test('goes to groups, and tells which have it', async () => {
    await using bench = await startProductBench();
    const { firmware, groups, devices } = bench.product;
    await firmware.upload(PRODUCT, upload(13), bench.options);
    await groups.create(PRODUCT, { name: 'pilot' }, bench.options);
    await devices.change(PRODUCT, D2, { groups: ['pilot'] }, bench.options);
    bench.field.connects(D2, { version: 13, deviceOs: '6.2.0' });
    const released = await firmware.release(PRODUCT, 13, { groups: ['pilot'], immediately: true }, bench.options);
    expect(released).toMatchObject({ groups: ['pilot'], isProductDefault: false });
    expect(await groups.get(PRODUCT, 'pilot', bench.options)).toMatchObject({ firmwareVersion: 13 });
  });

  test.each([
    ['to nobody', 13, {}, 'request/invalid'],
    ['to a group that can be none', 13, { groups: ['No!'] }, 'request/invalid'],
    ['of a version that is not there', 14, { productDefault: true }, 'cloud/not-found'],
  ])('%s is refused', async (_what, version, release, code) => {
    await using bench = await startProductBench();
    await bench.product.firmware.upload(PRODUCT, upload(13), bench.options);
    const error = errorOf(bench.product.firmware.release(PRODUCT, version, release, bench.options));
    expect((await error).code).toBe(code);
  });

  test('that the cloud does not show afterwards is none', async () => {
    await using bench = await startProductBench({ faults: [{ name: 'no-readback', endpoint: 'release-firmware' }] });
    await bench.product.firmware.upload(PRODUCT, upload(13), bench.options);
    bench.field.connects(D2, { version: 13, deviceOs: '6.2.0' });
    const error = await errorOf(bench.product.firmware.release(PRODUCT, 13, { productDefault: true }, bench.options));
    expect([error.code, error.message]).toEqual(['cloud/refused', expect.stringContaining('the whole product')]);
  });
});

describe('a version', () => {
  test('is renamed, and only where it is', async () => {
    await using bench = await startProductBench();
    const { firmware } = bench.product;
    await firmware.upload(PRODUCT, upload(13), bench.options);
    expect(await firmware.edit(PRODUCT, 13, { title: 'Spring' }, bench.options)).toMatchObject({ title: 'Spring' });
    expect((await errorOf(firmware.edit(PRODUCT, 14, { title: 'x' }, bench.options))).code).toBe('cloud/not-found');
    expect((await errorOf(firmware.edit(PRODUCT, 13, {}, bench.options))).code).toBe('request/invalid');
  });

  test('is deleted while it never was released, and deleting twice is done', async () => {
    await using bench = await startProductBench();
    const { firmware } = bench.product;
    await firmware.upload(PRODUCT, upload(13), bench.options);
    await firmware.delete(PRODUCT, 13, bench.options);
    await firmware.delete(PRODUCT, 13, bench.options);
    expect(await firmware.get(PRODUCT, 13, bench.options)).toBeUndefined();
  });

  test('that is released, or was once, stays', async () => {
    await using bench = await startProductBench();
    const { firmware } = bench.product;
    for (const [version, device] of [
      [13, D1],
      [14, D2],
    ] as const) {
      await firmware.upload(PRODUCT, upload(version), bench.options);
      await bench.cloud.addDevice(PRODUCT, device, bench.options);
      await bench.product.devices.lock(PRODUCT, device, { version, flash: 'on-reset' }, bench.options);
      bench.virtual.state.clock.advance(3_000);
      bench.field.connects(device, { version, deviceOs: '6.2.0' });
      await firmware.release(PRODUCT, version, { productDefault: true }, bench.options);
    }
    const [once, now] = [13, 14].map((version) => errorOf(firmware.delete(PRODUCT, version, bench.options)));
    expect([(await once)?.code, (await now)?.code]).toEqual(['cloud/firmware-released', 'cloud/firmware-released']);
  });

  test('of another product in the answer is no answer', async () => {
    const foreign = { version: 13, product_id: 777 };
    const error = await errorOf(productAnswering([200, foreign]).firmware.get(PRODUCT, 13, within(5_000)));
    expect([error.code, error.message]).toEqual(['cloud/bad-answer', expect.stringContaining('777')]);
  });
});
