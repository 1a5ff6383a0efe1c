import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { generateModule } from '../../../firmware/generate-module.ts';
import { generateFactoryRelease } from '../../../firmware/generate-release.ts';
import { applicationSpec } from '../../../firmware/release-modules.ts';
import type { PlatformName } from '../../../src-main/domain/platform.ts';
import type { Sku } from '../../../src-main/domain/sku.ts';
import type { FirmwareModule } from '../../../src-main/firmware/firmware-module.ts';
import { planFlash } from '../../../src-main/firmware/flash-plan.ts';
import { loadedFrom, smallRelease } from './recipe-folder.ts';
import { codeOf, equalTo, inShort, modulesIn, planned, reportOf, unitHolding } from './unit-holding.ts';

const boron = await loadedFrom(smallRelease('boron', '6.2.0'), { byRequest: true });

function factory(platform: PlatformName, deviceOs: string, bootloaderVersion?: number): readonly FirmwareModule[] {
  const more = bootloaderVersion === undefined ? {} : { bootloaderVersion };
  return modulesIn(generateFactoryRelease({ platform, deviceOs, scale: 0, ...more }));
}

describe('what the unit reports decides', () => {
  const same = equalTo(boron, factory('boron', '6.2.0'));

  test('without hashes an equal version is read back, and the reason says so', () => {
    const plan = planned(unitHolding(boron, same, { hash: false }), boron);
    expect(inShort(plan).writes).toBe('0xd4000? 0x28000? 0xb4000?');
    expect(plan.writes[1]?.reason).toContain('is read');
    expect(plan.writes[1]?.expectedMs).toBeLessThan(plan.writes[2]?.expectedMs ?? 0);
  });

  test("the console's hash of the application counts where it is the only one", () => {
    const unit = unitHolding(boron, same, { hash: false });
    const modules = unit.modules?.map((report) =>
      report.function === 'user-part' ? { ...report, sha256: boron.application.sha256 } : report,
    );
    expect(inShort(planned({ ...unit, modules }, boron)).writes).toBe('0x28000?');
  });

  test('another build of the same Device OS number is compared and written', () => {
    const unit = unitHolding(boron, same);
    const modules = unit.modules?.map((report) =>
      report.function === 'system-part' ? { ...report, sha256: '0'.repeat(64) } : report,
    );
    expect(inShort(planned({ ...unit, modules }, boron)).writes).toBe('0x28000?');
  });

  test('another build of the same bootloader number is replaced', () => {
    const unit = unitHolding(boron, same);
    const modules = unit.modules?.map((report) =>
      report.function === 'bootloader' ? { ...report, sha256: '0'.repeat(64) } : report,
    );
    expect(inShort(planned({ ...unit, modules }, boron))).toMatchObject({ before: 'bootloader 3100', writes: '' });
  });

  test('a bootloader that needs a newer Device OS than runs goes after it', () => {
    const need = { function: 'system-part', index: 1, version: 6200 } as const;
    const bootloader = { ...(boron.bootloader as FirmwareModule), dependencies: [need] };
    const plan = planned(unitHolding(boron, factory('boron', '4.2.0')), { ...boron, bootloader });
    expect(inShort(plan)).toMatchObject({ before: '', after: 'bootloader 3100' });
  });

  test('firmware older than the update channel gets its bootloader after the DFU visit', () => {
    const plan = planned(unitHolding(boron, factory('boron', '0.8.0-rc.27'), { hash: false }), boron);
    expect(inShort(plan)).toMatchObject({ before: '', after: 'bootloader 3100' });
  });

  test('prebootloader and bootloader of a unit with new ones of both are left, whatever the recipe brings', async () => {
    const p2 = await loadedFrom(smallRelease('p2', '5.6.0'), { byRequest: true });
    const newer = factory('p2', '6.2.0').filter((module) => module.function === 'bootloader');
    const plan = planned(unitHolding(p2, [...equalTo(p2, []), ...newer]), p2);
    expect(inShort(plan)).toEqual({ before: '', writes: '', after: '' });
    expect(plan.skipped.filter(({ reason }) => reason.includes('newer and stays'))).toHaveLength(2);
  });

  test('a bootloader whose prebootloader is too old and not brought is refused', async () => {
    const p2 = await loadedFrom(smallRelease('p2', '6.2.0'), { byRequest: true, prebootloader: undefined });
    expect(codeOf(unitHolding(p2, factory('p2', '5.6.0')), p2)).toBe('plan/bootloader-too-old');
  });
});

describe('an Electron', () => {
  test('gets a bootloader newer than the one its Device OS brings, after the restart', async () => {
    const release = smallRelease('electron', '2.3.1', { bootloaderVersion: 1100 });
    const recipe = await loadedFrom(release, { byRequest: true });
    expect(inShort(planned(unitHolding(recipe, factory('electron', '1.4.4')), recipe)).after).toBe('bootloader 1100');
  });

  test('gets its parts by header, in one visit, from firmware that had two of them', async () => {
    const recipe = await loadedFrom(smallRelease('electron', '3.3.1'));
    const old = factory('electron', '0.5.5').filter(({ index }) => index !== 3);
    const plan = planned(unitHolding(recipe, old, { hash: false }), recipe);
    expect(inShort(plan).writes).toBe('0x8020000 0x8040000 0x8060000? 0x8080000?');
  });
});

describe('the former 128 KB application of nRF52', () => {
  const old = factory('boron', '2.3.1', 3100);

  test('is blanked before anything else, since it would win', () => {
    expect(inShort(planned(unitHolding(boron, old, { hash: false }), boron)).writes).toBe('0xd4000? 0x28000 0xb4000?');
  });

  test('is not blanked when the new application is so large that it covers it', async () => {
    const release = smallRelease('boron', '6.2.0');
    const spec = applicationSpec({ ...release, deviceOs: '6.2.0' }, { id: undefined, version: 13 }, 128 * 1024);
    const recipe = await loadedFrom(release, { application: generateModule(spec) });
    expect(inShort(planned(unitHolding(recipe, old, { hash: false }), recipe)).writes).toBe('0x28000 0xb4000?');
  });

  test('is not blanked when nothing of the application is written', () => {
    const unit = unitHolding(boron, [
      ...equalTo(boron, old),
      ...old.filter((module) => module.function === 'system-part'),
    ]);
    expect(inShort(planned(unit, boron)).writes).toBe('0x28000');
  });
});

describe('the co-processor', () => {
  test.each([
    ['argon', '4.2.0', '6.2.0', 'before'],
    ['tracker', '4.2.0', '5.2.0', 'before'],
    ['tracker', '5.2.0', '6.2.0', 'before'],
    ['tracker', '5.7.0', '5.2.0', 'after'],
    ['tracker', '5.7.0', '6.2.0', 'never'],
  ] as const)('of %s from %s to %s is updated %s', async (platform, from, to, when) => {
    const recipe = await loadedFrom(smallRelease(platform, to), { byRequest: true });
    const old = factory(platform, from, 3100).map((module) =>
      module.function === 'ncp' ? { ...module, version: 4 } : module,
    );
    const { before, after } = inShort(planned(unitHolding(recipe, old), recipe));
    const found = before.includes('co-processor') ? 'before' : after.includes('co-processor') ? 'after' : 'never';
    expect(found).toBe(when);
  });

  test('is left alone by version, since its hash says nothing', async () => {
    const recipe = await loadedFrom(smallRelease('argon', '6.2.0'), { byRequest: true });
    const unit = unitHolding(recipe, equalTo(recipe, factory('argon', '6.2.0')));
    const modules = unit.modules?.map((report) =>
      report.function === 'ncp' ? { ...report, sha256: '7'.repeat(64) } : report,
    );
    expect(inShort(planned({ ...unit, modules }, recipe)).before).toBe('');
  });
});

describe('the set-up mark', () => {
  test.each([
    ['boron', '2.3.1', '3.3.1', undefined, 'set-up mark'],
    ['boron', '2.3.1', '3.3.1', false, 'set-up mark'],
    ['boron', '2.3.1', '3.3.1', true, ''],
    ['boron', '4.2.0', '3.3.1', true, 'set-up mark'], // 4.0 and later always say yes
    ['boron', '2.3.1', '4.2.0', false, ''],
    ['electron', '2.3.1', '3.3.1', undefined, ''],
  ] as const)('of %s from %s to %s that says %s: %s', async (platform, from, to, isSetupDone, mark) => {
    const recipe = await loadedFrom(smallRelease(platform, to));
    const unit = unitHolding(recipe, factory(platform, from, 3100), { isSetupDone });
    expect(inShort(planned(unit, recipe)).after).toBe(mark);
  });
});

describe('downgrades', () => {
  test.each([
    ['BRN404X', 'boron', '4.0.0', 'plan/below-floor'],
    ['B404XMTY', 'bsom', '4.0.0', 'plan/below-floor'],
    ['E404XTRAY50', 'esomx', '4.0.0', 'plan/below-floor'],
    ['B404MTY', 'bsom', '2.2.0', 'plan/below-floor'],
    ['B504EMTY', 'b5som', '4.2.0', 'plan/below-floor'],
    ['BRN404X', 'boron', '4.0.2', 'planned'],
    ['B404MTY', 'bsom', '2.3.0', 'planned'],
    ['BRN404', 'boron', '4.0.0', 'planned'],
  ] as const)('of a unit that can only be a %s to %s %s: %s', async (sku, platform, to, code) => {
    const recipe = await loadedFrom(smallRelease(platform, to));
    const unit = unitHolding(recipe, factory(platform, '5.0.0'), { skus: [sku as Sku] });
    expect(codeOf(unit, recipe)).toBe(code);
  });

  test('of a unit that may also be of a product without the floor is allowed', async () => {
    const recipe = await loadedFrom(smallRelease('boron', '4.0.0'));
    const unit = unitHolding(recipe, factory('boron', '5.0.0'), { skus: ['BRN404X', 'BRN404'] as Sku[] });
    expect(codeOf(unit, recipe)).toBe('planned');
  });

  test('across 0.7.0 is refused, below it is not', async () => {
    const recipe = await loadedFrom(smallRelease('electron', '0.6.4'));
    expect(codeOf(unitHolding(recipe, factory('electron', '2.3.1')), recipe)).toBe('plan/refused');
    expect(codeOf(unitHolding(recipe, factory('electron', '0.5.5')), recipe)).toBe('planned');
  });

  test.each([
    [undefined, '2.3.1', '1.5.1', 'plan/refused'],
    [['BRN402'], '2.3.1', '1.5.1', 'plan/refused'],
    [['BRN310KIT'], '2.3.1', '1.5.1', 'planned'],
    [['BRN402'], '2.3.1', '1.5.2', 'planned'],
    [['BRN402'], '1.5.2', '1.5.1', 'planned'],
  ] as const)('of a Boron known as %s from %s to %s: %s, because of the modem', async (skus, from, to, code) => {
    const recipe = await loadedFrom(smallRelease('boron', to));
    const named = { ...recipe, skus: skus ?? [] };
    const unit = unitHolding(recipe, factory('boron', from), { hash: false });
    const plan = planFlash(unit, named);
    expect(plan.ok ? 'planned' : plan.failure.code).toBe(code);
    if (!plan.ok) expect(plan.failure.detail).toContain('1.5.2');
  });

  test('that are allowed are said', async () => {
    const recipe = await loadedFrom(smallRelease('boron', '5.9.0'));
    const plan = planned(unitHolding(recipe, factory('boron', '6.2.0')), recipe);
    expect(plan.remarks.join(' ')).toContain('goes down from Device OS 6.2.0');
  });
});

describe('assets', () => {
  const logo = { name: 'logo.png', bytes: Buffer.from('a picture') };
  const sha256 = createHash('sha256').update(logo.bytes).digest('hex');
  const recipe = { ...boron, assets: [{ ...logo, sha256 }] };
  const same = equalTo(boron, factory('boron', '6.2.0'));

  test('go by request when everything else is there, each in a module of its own', () => {
    const plan = planned(unitHolding(recipe, same, { assets: [] }), recipe);
    expect(inShort(plan)).toEqual({ before: '', writes: '', after: 'asset logo.png' });
    expect(plan.after[0]).toMatchObject({ module: { function: 'asset' } });
  });

  test('that the unit has by name and hash are skipped', () => {
    const plan = planned(unitHolding(recipe, same, { assets: [{ name: logo.name, sha256 }] }), recipe);
    expect(plan.after).toEqual([]);
  });

  test.each([[{ name: 'logo.png', sha256: '0'.repeat(64) }], [{ name: 'other.png', sha256 }]])(
    'are sent when the unit has %o',
    (asset) => {
      expect(inShort(planned(unitHolding(recipe, same, { assets: [asset] }), recipe)).after).toBe('asset logo.png');
    },
  );
});

test('expected times add up from the figures of the chip: a 4 KB page of nRF52 takes about 130 ms', () => {
  const plan = planned(unitHolding(boron, factory('boron', '4.2.0')), boron, { full: true });
  const page = plan.writes.find(({ address }) => address === 0xd4000);
  expect(page?.expectedMs).toBeGreaterThan(127);
  expect(page?.expectedMs).toBeLessThan(140);
  const steps = [...plan.before, ...plan.writes, ...plan.after].reduce((sum, { expectedMs }) => sum + expectedMs, 0);
  expect(plan.expectedMs).toBeGreaterThan(steps);
});

test('reports of other stores than the main one decide nothing', () => {
  const backup = [boron.bootloader, ...boron.system, boron.application].flatMap((module) =>
    module === undefined ? [] : [{ ...reportOf(module), store: 'backup' as const }],
  );
  const unit = unitHolding(boron, factory('boron', '4.2.0'));
  const plan = planned({ ...unit, modules: [...backup, ...(unit.modules ?? [])] }, boron);
  expect(inShort(plan)).toMatchObject({ before: 'bootloader 3100', writes: '0xd4000? 0x28000 0xb4000' });
});
