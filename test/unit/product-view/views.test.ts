import { describe, expect, test } from 'vitest';
import { allPages, countRows } from '../../../src-main/product-view/all-pages.ts';
import { F1, I1, I2, LEAD, M1, M2, M3, PRODUCT, Q1, startProductBench } from './product-bench.ts';

const FIRMWARE = { productId: PRODUCT, bytes: new Uint8Array(64) };

describe('a supervisor sees of a product', () => {
  test('what it is, and what unknown units do', async () => {
    await using bench = await startProductBench();
    const { product, warnings } = await bench.see('product');
    expect(product).toMatchObject({
      id: PRODUCT,
      name: 'Line demo',
      slug: 'line-demo',
      platform: 'Boron',
      platformId: 13,
      unknownUnits: 'quarantine',
    });
    expect(warnings).toEqual([]);
  });

  test('that the line flashes another version than the one that is released, and order numbers that go away', async () => {
    const built = { productId: PRODUCT, productVersion: 7, platformId: 13, skus: ['BRN402'] };
    await using bench = await startProductBench([built]);
    bench.virtual.addFirmware({ ...FIRMWARE, version: 9, productDefault: true });
    expect((await bench.see('product')).warnings).toEqual([
      expect.stringContaining('version 9 is released'),
      'BRN402 is deprecated; order BRN404X instead.',
    ]);
  });

  test('that the cloud has the product for another platform than the line builds', async () => {
    const built = { productId: PRODUCT, productVersion: 7, platformId: 10, skus: [] };
    await using bench = await startProductBench([built]);
    expect((await bench.see('product')).warnings).toEqual([expect.stringContaining('platform 10')]);
  });

  test('its units page by page, found by part of an ID, a serial number or a name', async () => {
    await using bench = await startProductBench();
    const all = await bench.see('devices', { perPage: 3 });
    expect(all.rows).toHaveLength(3);
    expect(all.totalPages).toBe(2);
    const found = async (text: string) => (await bench.see('devices', { text })).rows.map(({ deviceId }) => deviceId);
    expect(await found(M1.slice(-8))).toEqual([M1]);
    expect(await found('p046af1450000fd')).toEqual([M2]);
    await bench.change('describe', { deviceId: M3, name: 'lab-unit' });
    expect(await found('lab-u')).toEqual([M3]);
    expect(await found('nothing-like-it')).toEqual([]);
  });

  test('never the mobile secret, neither of a unit nor of what was scanned to find it', async () => {
    await using bench = await startProductBench();
    const { device } = await bench.see('device', { deviceId: M1.toUpperCase() });
    expect(device).toMatchObject({ deviceId: M1, serialNumber: 'P046AF1450000FC', standing: 'member' });
    await bench.see('devices', { text: 'P046AF1450000FC ABCDEFGHJKLMNPQ' });
    expect(bench.asked.some((url) => url.includes('P046AF1450000FC'))).toBe(true);
    expect(JSON.stringify([device, bench.asked])).not.toContain('ABCDEFGHJKLMNPQ');
  });

  test('which unit will be updated, and which way', async () => {
    await using bench = await startProductBench();
    for (const version of [1, 2]) bench.virtual.addFirmware({ ...FIRMWARE, version });
    bench.life.connects(M1, { version: 2, deviceOs: '6.2.0' });
    await bench.change('lock', { deviceId: M1, version: 1, flash: 'on-reset' });
    expect((await bench.see('device', { deviceId: M1 })).device).toMatchObject({
      isOnline: true,
      firmwareVersion: 2,
      targetVersion: 1,
      lockedVersion: 1,
      update: 'down',
    });
  });

  test('the units in quarantine, and those denied', async () => {
    await using bench = await startProductBench();
    expect(await bench.see('denied')).toMatchObject({
      rows: [{ deviceId: Q1, standing: 'quarantined' }],
      isComplete: true,
    });
    await bench.signIn();
    expect(await bench.change('deny', { deviceId: Q1 })).toContain('denied');
    expect((await bench.see('denied')).rows).toMatchObject([{ deviceId: Q1, standing: 'denied' }]);
  });

  test('its SIMs, and that the station may not see what they used', async () => {
    await using bench = await startProductBench();
    const { rows, fleet } = await bench.see('sims');
    expect(rows.map(({ iccid, state }) => [iccid, state]).sort()).toEqual([
      [I1, 'active'],
      [I2, 'active'],
    ]);
    expect(fleet).toMatchObject({ refused: { code: 'cloud/permission' } });
    expect((await bench.see('sims', { text: I2 })).rows.map(({ iccid }) => iccid)).toEqual([I2]);
  });

  test('what the SIMs used, signed in', async () => {
    await using bench = await startProductBench();
    await bench.signIn();
    const sim = bench.virtual.state.sims.get(I1);
    const today = new Date(bench.virtual.state.clock.now()).toISOString().slice(0, 10);
    if (sim !== undefined) sim.usageByDay = { [today]: 3.5 };
    expect((await bench.see('sims')).fleet).toMatchObject({ megabytes: 3.5, activeSims: 2 });
    expect(await bench.see('sim', { iccid: I1 })).toMatchObject({
      sim: { iccid: I1, state: 'active' },
      usage: { days: [{ date: today, megabytes: 3.5 }] },
    });
  });

  test('groups, firmware with where it is released, and the units that follow no release', async () => {
    await using bench = await startProductBench();
    for (const version of [1, 2]) bench.virtual.addFirmware({ ...FIRMWARE, version, title: `v${version}` });
    await bench.change('describe', { deviceId: M2, groups: ['lab'] });
    await bench.change('lock', { deviceId: M1, version: 1, flash: 'on-reset' });
    await bench.change('describe', { deviceId: M3, isDevelopment: true });
    expect((await bench.see('groups')).groups.map(({ name }) => name)).toEqual(['lab']);
    expect((await bench.see('firmware')).firmware).toMatchObject([
      { version: 2, title: 'v2', isProductDefault: false, groups: [] },
      { version: 1, title: 'v1' },
    ]);
    const { locked, development, isComplete } = await bench.see('locks');
    expect(locked).toMatchObject([{ deviceId: M1, lockedVersion: 1 }]);
    expect(development).toMatchObject([{ deviceId: M3 }]);
    expect(isComplete).toBe(true);
  });

  test('R11, R13, R14: how many customers it has, and how full it is: without quarantine, and its SIMs under no limit', async () => {
    await using bench = await startProductBench();
    expect((await bench.see('customers')).customers).toBe(2);
    expect(await bench.see('limits', { planDevices: 3 })).toMatchObject({
      devices: { used: 3, limit: 3, left: 0, state: 'full' },
      quarantined: 1,
      sims: 2,
    });
    expect((await bench.see('limits')).devices).toEqual({ used: 3, state: 'unknown', leftIfFree: 97 });
  });

  test('its team, but only signed in, and is told which right the station lacks', async () => {
    await using bench = await startProductBench();
    expect(await bench.call('productView', { section: 'team', productId: PRODUCT })).toMatchObject({
      ok: false,
      failure: { code: 'cloud/not-signed-in', detail: expect.stringContaining('teams.users:list') },
    });
    await bench.signIn();
    const { team, signedIn } = await bench.see('team');
    expect(team).toContainEqual(expect.objectContaining({ username: LEAD, isProgram: false }));
    expect(signedIn).toMatchObject({ user: LEAD });
  });

  test('nothing of a product that is not this station’s', async () => {
    await using bench = await startProductBench();
    const answer = await bench.call('productView', { section: 'product', productId: 777 });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'recipe/product-not-allowed' } });
  });

  test('that a unit is not in it', async () => {
    await using bench = await startProductBench();
    const answer = await bench.call('productView', { section: 'device', productId: PRODUCT, deviceId: F1 });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'cloud/not-in-product' } });
  });
});

describe('a look takes few requests', () => {
  test('counting takes one, whatever the size of the product', async () => {
    await using bench = await startProductBench();
    for (let at = 0; at < 60; at += 1) {
      const deviceId = `e00fce68000000000001${String(at).padStart(4, '0')}`;
      bench.virtual.registerUnit({ deviceId, platformId: 13, productId: PRODUCT });
    }
    const before = bench.asked.length;
    expect((await bench.see('limits')).devices.used).toBe(63);
    expect(bench.asked.length - before).toBe(3);
  });

  test('rows that move between pages while they are read count once', async () => {
    const pages = [['a', 'b'], ['b', 'c'], ['d']];
    const { rows, isComplete } = await allPages(
      async (page) => ({ rows: pages[page - 1] ?? [], totalPages: 3 }),
      (row) => row,
    );
    expect(rows).toEqual(['a', 'b', 'c', 'd']);
    expect(isComplete).toBe(true);
  });

  test('a list that is too long is said to be cut', async () => {
    const read = async (page: number) => ({ rows: [String(page)], totalPages: 50 });
    expect(await allPages(read, (row) => row, 3)).toEqual({ rows: ['1', '2', '3'], isComplete: false });
  });

  test('a server that gives no small pages is not believed to count by them', async () => {
    const rows = ['a', 'b', 'c', 'd', 'e'];
    const stubborn = async (page: number) => ({ rows: rows.slice((page - 1) * 2, page * 2), totalPages: 3 });
    expect(await countRows(stubborn, (row) => row)).toBe(5);
    expect(await countRows(async () => ({ rows: [], totalPages: 1 }), String)).toBe(0);
  });
});
