import { describe, expect, test } from 'vitest';
import { generateRelease } from '../../../firmware/generate-release.ts';
import type { CommandAnswer } from '../../../src-main/contract/contract.ts';
import { claimOf } from '../../../src-main/domain/sim-claim.ts';
import {
  F1,
  I1,
  I2,
  I9,
  LEAD,
  M1,
  M2,
  M3,
  PRODUCT,
  type ProductBench,
  Q1,
  startProductBench,
} from './product-bench.ts';

const confirm = true;

async function answer(bench: ProductBench, action: string, more: object): Promise<CommandAnswer<'changeProduct'>> {
  return bench.call('changeProduct', { action, productId: PRODUCT, ...more });
}

async function questionOf(bench: ProductBench, action: string, more: object): Promise<string> {
  const asked = await answer(bench, action, more);
  if (asked.ok || asked.failure.code !== 'cloud/needs-confirmation') throw new Error(JSON.stringify(asked));
  return asked.failure.detail;
}

describe('what costs money or cannot be undone is first said, then done when it is confirmed', () => {
  test('letting a unit in', async () => {
    await using bench = await startProductBench();
    expect(await questionOf(bench, 'approve', { deviceId: Q1 })).toContain('activated and paid for');
    expect(bench.virtual.state.devices.get(Q1)?.quarantined).toBe(true);
    const done = await answer(bench, 'approve', { deviceId: Q1, confirm });
    expect(done).toMatchObject({ ok: true, value: { device: { deviceId: Q1, standing: 'member' } } });
  });

  test('unclaiming, which leaves the SIM as it is and says so', async () => {
    await using bench = await startProductBench();
    await bench.signIn();
    expect(await questionOf(bench, 'unclaim', { deviceId: M2 })).toContain(LEAD);
    expect(bench.virtual.state.devices.get(M2)?.owner).toBe(LEAD);
    const done = await answer(bench, 'unclaim', { deviceId: M2, confirm });
    expect(done).toMatchObject({ ok: true, value: { notes: [expect.stringContaining('SIM was not touched')] } });
    expect(bench.virtual.state.devices.get(M2)?.owner).toBeUndefined();
    expect(await bench.change('unclaim', { deviceId: M2 })).toContain('belongs to nobody');
  });

  test('removing, which keeps SIM and money as they are', async () => {
    await using bench = await startProductBench();
    await bench.signIn();
    expect(await questionOf(bench, 'remove', { deviceId: M1 })).toContain('leave product');
    expect(await bench.change('remove', { deviceId: M1, confirm })).toContain('not in product');
    expect(bench.virtual.state.devices.get(M1)?.productId).not.toBe(PRODUCT);
    expect(bench.virtual.state.sims.get(I1)?.status).toBe('active');
  });

  test('R24: importing a SIM, which is what activates it, and never twice', async () => {
    await using bench = await startProductBench([], 1_000);
    expect(await questionOf(bench, 'activate-sim', { iccid: I9 })).toContain('paid for');
    expect(await bench.change('activate-sim', { iccid: I9, confirm })).toContain('asked for');
    expect(await bench.change('activate-sim', { iccid: I9, confirm })).toContain('nothing was asked for');
    expect(bench.virtual.state.sims.get(I9)).toMatchObject({ imports: 1, lastAction: 'activate', productId: PRODUCT });
    expect(bench.asked.filter((url) => /\/sims$/.test(url))).toHaveLength(1);
  });

  test('importing no SIM that the station is importing, and leaving none to it that was refused', async () => {
    await using bench = await startProductBench([], 1_000);
    const station = claimOf({ iccid: I9, how: 'import', who: 'station', name: 'P046AF1450000FC' }, new Date());
    const job = claimOf({ iccid: I9, how: 'import', who: 'job', name: 'sims.csv' }, new Date());
    bench.virtual.faults.add({ name: 'forbidden', endpoint: 'import-sims', count: 1 });
    expect(await bench.change('activate-sim', { iccid: I9, confirm })).toBe('cloud/not-signed-in');
    expect(bench.simImports.claim(PRODUCT, [station]).size).toBe(0);
    expect(await bench.change('activate-sim', { iccid: I9, confirm })).toContain(
      'by the station, unit P046AF1450000FC',
    );
    expect(bench.virtual.state.sims.get(I9)).toMatchObject({ imports: 0 });
    bench.simImports.giveBack(PRODUCT, [station]);
    await bench.change('activate-sim', { iccid: I9, confirm });
    expect(bench.simImports.claim(PRODUCT, [job]).get(I9)).toMatchObject({ who: 'supervisor' });
  });

  test('switching a SIM off, with the days it may take to come back where nobody knows its unit', async () => {
    await using bench = await startProductBench([], 1_000);
    await bench.signIn();
    expect(await questionOf(bench, 'deactivate-sim', { iccid: I2 })).toContain('7 days');
    expect(await bench.change('deactivate-sim', { iccid: I2, confirm })).toContain('switch off');
    expect(await bench.change('deactivate-sim', { iccid: I2 })).toContain('off already');
    expect(await questionOf(bench, 'reactivate-sim', { iccid: I2 })).toContain('paid for');
    expect(await bench.change('reactivate-sim', { iccid: I2, confirm })).toContain('switch on');
  });

  test('giving a SIM up, which may be imported anew at once', async () => {
    await using bench = await startProductBench([], 1_000);
    await bench.signIn();
    const claimed = (who: 'station' | 'job') =>
      bench.simImports.claim(PRODUCT, [claimOf({ iccid: I1, how: 'import', who, name: 'any' }, new Date())]);
    claimed('station');
    expect(claimed('job').size).toBe(1);
    expect(await questionOf(bench, 'release-sim', { iccid: I1 })).toContain('any account could then take it');
    expect(await bench.change('release-sim', { iccid: I1, confirm })).toContain('no longer in product');
    expect(bench.virtual.state.sims.get(I1)?.productId).toBeUndefined();
    expect(claimed('job').size).toBe(0);
  });

  test('deleting a group, with the number of its units', async () => {
    await using bench = await startProductBench();
    await bench.signIn();
    await bench.change('create-group', { group: 'lab' });
    await bench.change('describe', { deviceId: M1, groups: ['lab'] });
    expect(await questionOf(bench, 'delete-group', { group: 'lab' })).toContain('1 unit would leave it');
    expect(await bench.change('delete-group', { group: 'lab', confirm })).toContain('deleted');
    expect(bench.virtual.state.devices.get(M1)?.groups).toEqual([]);
  });
});

describe('a unit', () => {
  test('R9: that is claimed is not removed, and nobody is asked to confirm it', async () => {
    await using bench = await startProductBench();
    await bench.signIn();
    expect(await bench.change('remove', { deviceId: M2 })).toBe('cloud/still-claimed');
    expect(await bench.change('remove', { deviceId: M2, confirm })).toBe('cloud/still-claimed');
    expect(bench.virtual.state.devices.get(M2)?.productId).toBe(PRODUCT);
  });

  test('R20: whose firmware names the product is said to come back when it is removed, and does', async () => {
    await using bench = await startProductBench();
    await bench.signIn();
    bench.life.connects(M3, { version: 3, deviceOs: '3.3.1', productId: PRODUCT });
    const removed = await answer(bench, 'remove', { deviceId: M3, confirm });
    expect(removed).toMatchObject({
      ok: true,
      value: { notes: [expect.stringContaining('come back'), expect.anything()] },
    });
    bench.life.connects(M3, { version: 3, deviceOs: '3.3.1', productId: PRODUCT });
    expect((await bench.see('denied')).rows.map(({ deviceId }) => deviceId)).toContain(M3);
  });

  test('R16: of Device OS 4.0 and later is said to stay outside when it is removed, until it is added again', async () => {
    await using bench = await startProductBench();
    await bench.signIn();
    bench.life.connects(M3, { version: 3, deviceOs: '6.2.0' });
    const removed = await answer(bench, 'remove', { deviceId: M3, confirm });
    expect(removed).toMatchObject({
      ok: true,
      value: { notes: [expect.stringContaining('in no product, until it is added again'), expect.anything()] },
    });
    bench.life.connects(M3, { version: 3, deviceOs: '6.2.0' });
    expect((await bench.see('denied')).rows.map(({ deviceId }) => deviceId)).not.toContain(M3);
    expect(bench.virtual.state.devices.get(M3)).toMatchObject({ online: true, productId: undefined });
  });

  test('is claimed for the person signed in, or for a team member by the station’s own right', async () => {
    await using bench = await startProductBench();
    expect(await bench.change('claim', { deviceId: M1 })).toBe('cloud/not-signed-in');
    expect(await bench.change('claim', { deviceId: M1, user: 'op@example.com' })).toContain('op@example.com');
    await bench.signIn();
    expect(await bench.change('claim', { deviceId: M3 })).toContain(LEAD);
    expect(await bench.change('claim', { deviceId: Q1 })).toBe('cloud/claim-refused');
  });

  test('is described, and a member is not denied', async () => {
    await using bench = await startProductBench();
    const wish = { deviceId: M1, name: 'tank 7', notes: 'for the lab', groups: ['lab'], isDevelopment: true };
    expect(await answer(bench, 'describe', wish)).toMatchObject({
      ok: true,
      value: { device: { name: 'tank 7', notes: 'for the lab', groups: ['lab'], isDevelopment: true } },
    });
    expect(await bench.change('describe', { deviceId: M1 })).toBe('request/invalid');
    await bench.signIn();
    expect(await bench.change('deny', { deviceId: M1 })).toBe('cloud/refused');
    expect(bench.virtual.state.devices.get(M1)?.denied).toBe(false);
  });

  test('is locked to an uploaded version only, and follows the releases again', async () => {
    await using bench = await startProductBench();
    expect(await bench.change('lock', { deviceId: M1, version: 4, flash: 'now' })).toBe('cloud/not-found');
    bench.virtual.addFirmware({ productId: PRODUCT, version: 4, bytes: new Uint8Array(64) });
    bench.life.connects(M1, { version: 3, deviceOs: '6.2.0' });
    const locked = await answer(bench, 'lock', { deviceId: M1, version: 4, flash: 'now' });
    expect(locked).toMatchObject({
      ok: true,
      value: { notes: ['It is loading it now.'], device: { lockedVersion: 4 } },
    });
    expect(bench.virtual.state.devices.get(M1)?.firmwareVersion).toBe(4);
    expect(await bench.change('unlock', { deviceId: M1 })).toContain('follows the releases');
    expect(bench.virtual.state.devices.get(M1)?.desiredFirmwareVersion).toBeUndefined();
  });

  test('that is not in the product is changed by nothing', async () => {
    await using bench = await startProductBench();
    await bench.signIn();
    for (const action of ['unclaim', 'remove', 'claim', 'unlock']) {
      expect(await bench.change(action, { deviceId: F1 })).toBe('cloud/not-in-product');
    }
  });
});

describe('product firmware', () => {
  const file = (version: number) => {
    const release = generateRelease({
      platform: 'boron',
      deviceOs: '6.2.0',
      productVersion: version,
      productId: PRODUCT,
      appSeed: 1,
      scale: 0,
    });
    return Buffer.from(release.application.bytes).toString('base64');
  };
  const upload = (version: number, said = version) => {
    return { version: said, title: `v${said}`, fileName: 'tank.bin', base64: file(version) };
  };

  test('goes from upload over one locked unit to release, and not before a unit has run it', async () => {
    await using bench = await startProductBench();
    await bench.signIn();
    expect(await bench.change('upload-firmware', upload(8))).toContain('Version 8 is in product');
    expect(await bench.change('upload-firmware', upload(8))).toContain('these very bytes');
    expect(await bench.change('upload-firmware', upload(8, 9))).toBe('cloud/firmware-mismatch');
    expect(await bench.change('release-firmware', { version: 8, productDefault: true, confirm })).toBe(
      'cloud/not-yet-run',
    );
    bench.life.connects(M1, { version: 7, deviceOs: '6.2.0' });
    await bench.change('lock', { deviceId: M1, version: 8, flash: 'now' });
    expect(await questionOf(bench, 'release-firmware', { version: 8, productDefault: true })).toMatch(
      /whole product; \d+ units? would load it over the air/,
    );
    const released = await answer(bench, 'release-firmware', { version: 8, productDefault: true, confirm });
    expect(released).toMatchObject({ ok: true, value: { firmware: { version: 8, isProductDefault: true } } });
    expect(await bench.change('delete-firmware', { version: 8, confirm })).toBe('cloud/firmware-released');
  });

  test('that was never released is deleted, and what is not there is said', async () => {
    await using bench = await startProductBench();
    await bench.signIn();
    await bench.change('upload-firmware', upload(8));
    expect(await questionOf(bench, 'delete-firmware', { version: 8 })).toContain('v8');
    expect(await bench.change('delete-firmware', { version: 8, confirm })).toContain('deleted');
    expect(await bench.change('delete-firmware', { version: 8, confirm })).toBe('cloud/not-found');
    expect(await bench.change('release-firmware', { version: 8, productDefault: true })).toBe('cloud/not-found');
    expect(await bench.change('release-firmware', { version: 8 })).toBe('request/invalid');
  });
});

describe('the record of a change', () => {
  test('says what, on which unit, by whom, and what became of it; a question is none', async () => {
    await using bench = await startProductBench();
    await bench.change('lock', { deviceId: M1, version: 4, flash: 'now' });
    await bench.change('approve', { deviceId: Q1 });
    await bench.signIn();
    await bench.change('unclaim', { deviceId: M2, confirm });
    expect(bench.notes).toEqual([
      {
        kind: 'product-changed',
        action: 'lock',
        productId: PRODUCT,
        by: 'station',
        deviceId: M1,
        version: 4,
        flash: 'now',
        failure: { code: 'cloud/not-found', detail: expect.any(String) },
      },
      {
        kind: 'product-changed',
        action: 'unclaim',
        productId: PRODUCT,
        by: LEAD,
        deviceId: M2,
        said: expect.stringContaining('no longer belongs'),
      },
    ]);
  });

  test('does not have the bytes of a file in it', async () => {
    await using bench = await startProductBench();
    const upload = {
      version: 3,
      title: 'x',
      fileName: 'x.bin',
      base64: Buffer.from('not a module').toString('base64'),
    };
    await bench.signIn();
    expect(await bench.change('upload-firmware', upload)).toMatch(/^firmware\//);
    expect(JSON.stringify(bench.notes)).not.toContain(upload.base64);
  });
});
