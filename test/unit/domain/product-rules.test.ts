import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  deletionRefusal,
  lockTakesEffect,
  overTheAirWarning,
  releaseRefusal,
  targetVersion,
  updateAtConnection,
  uploadRefusal,
} from '../../../src-main/domain/firmware-target.ts';
import { lifecycleWarnings } from '../../../src-main/domain/lifecycle.ts';
import { FREE_PLAN_UNITS, planShortage, planUse } from '../../../src-main/domain/plan-limits.ts';
import { mixWarnings, platformsForAll } from '../../../src-main/domain/platform-mix.ts';
import { parseProductVersion } from '../../../src-main/domain/product-version.ts';
import { parseSku, type Sku } from '../../../src-main/domain/sku.ts';

function skus(...texts: readonly string[]): readonly Sku[] {
  return texts.map((text) => {
    const sku = parseSku(text);
    if (!sku.ok) throw new Error(sku.failure.detail);
    return sku.value;
  });
}

describe('R15: one platform per product', () => {
  test.each([
    ['Electron and E-Series', ['ELC404TY', 'E402TRAY50'], ['electron']],
    ['Tracker SoMs of both kinds', ['T404MTY', 'T524MTY'], ['tracker']],
    ['Tracker One and Monitor One', ['ONE404MTY', 'MON404E01C01KIT'], ['tracker']],
    ['Muons and M-SoMs', ['MUON404', 'M404MTY'], ['msom']],
    ['a bare carrier and anything', ['MUONCB', 'BRN404X'], ['boron']],
  ])('%s go together', (_, names, platforms) => {
    expect(platformsForAll(skus(...names))).toEqual({ ok: true, value: platforms });
  });

  test.each([
    ['Boron and B-Series', 'BRN404X', 'B404XMTY'],
    ['B4xx and B5xx', 'B404XMTY', 'B524MTY'],
    ['Electron and Boron', 'E260KIT', 'BRN404XKIT'],
    ['Tracker and Boron', 'ONE404MTY', 'BRN404X'],
  ])('%s do not, and both are named', (_, one, other) => {
    const mixed = platformsForAll(skus('MUONCB', one, other));
    if (mixed.ok) throw new Error('they were let together');
    expect(mixed.failure.code).toBe('cloud/wrong-product');
    expect(mixed.failure.detail).toContain(one);
    expect(mixed.failure.detail).toContain(other);
  });

  test('Tracker and Monitor may be mixed, and it is said that their firmware differs', () => {
    expect(mixWarnings(skus('ONE404MTY', 'MON404E01C01KIT'))).toEqual([expect.stringContaining('different firmware')]);
    expect(mixWarnings(skus('ONE404MTY', 'T404MTY', 'BRN404X'))).toEqual([]);
  });
});

describe('product firmware', () => {
  const nothing = { isDevelopment: false, lockedTo: undefined, groupReleases: [], productDefault: undefined };

  test.each([
    ['nothing released: the unit keeps what it has', {}, undefined],
    ['the product’s default', { productDefault: 3 }, 3],
    ['a group beats the default, also downwards', { productDefault: 3, groupReleases: [2] }, 2],
    ['the highest of its groups', { productDefault: 9, groupReleases: [2, 5, 4] }, 5],
    ['a lock beats the groups', { productDefault: 3, groupReleases: [5], lockedTo: 1 }, 1],
    ['a development unit is left alone', { productDefault: 3, lockedTo: 1, isDevelopment: true }, undefined],
  ])('R33, R36: %s', (_, wishes, target) => {
    expect(targetVersion({ ...nothing, ...wishes })).toBe(target);
  });

  test('R31: versions are compared for equality, so an update can go down', () => {
    expect(updateAtConnection(4, 4)).toBe('none');
    expect(updateAtConnection(4, 3)).toBe('down');
    expect(updateAtConnection(4, 5)).toBe('up');
    expect(updateAtConnection(4, undefined)).toBe('none');
    expect(updateAtConnection(undefined, 1)).toBe('up');
  });

  test('R30: a version is a whole number from 1 to 65535', () => {
    expect([1, 65_535].every((version) => parseProductVersion(version).ok)).toBe(true);
    expect([0, 65_536, 1.5, -1].some((version) => parseProductVersion(version).ok)).toBe(false);
  });

  test('R30: a file is uploaded only as the version that is compiled in', () => {
    expect(uploadRefusal(5, 5)).toBeUndefined();
    expect(uploadRefusal(5, 4)).toMatchObject({ code: 'cloud/firmware-mismatch', evidence: { expected: 5, found: 4 } });
    expect(uploadRefusal(5, undefined)?.detail).toContain('no product version');
  });

  test('R34: nothing is released that no unit has run', () => {
    expect(releaseRefusal(7, 0)?.code).toBe('cloud/not-yet-run');
    expect(releaseRefusal(7, 1)).toBeUndefined();
  });

  test('R35: a lock works at once only on a unit that is online and was to be flashed', () => {
    expect(lockTakesEffect(true, true)).toBe('now');
    expect(lockTakesEffect(false, true)).toBe('at-next-connection');
    expect(lockTakesEffect(true, false)).toBe('at-next-connection');
  });

  test('R37: a version released anywhere cannot be deleted', () => {
    expect(deletionRefusal(7, { isProductDefault: false, groups: [] })).toBeUndefined();
    expect(deletionRefusal(7, { isProductDefault: true, groups: [] })?.code).toBe('cloud/firmware-released');
    expect(deletionRefusal(7, { isProductDefault: false, groups: ['lab'] })?.detail).toContain('lab');
  });

  test('R38: units that leave with another version than the released one load it over the air', () => {
    expect(overTheAirWarning(7, 8)).toContain('over the air');
    expect(overTheAirWarning(7, 6)).toContain('over the air');
    expect(overTheAirWarning(7, 7)).toBeUndefined();
    expect(overTheAirWarning(7, undefined)).toBeUndefined();
  });
});

describe('plans', () => {
  test('R11: a plan is near its end from nine tenths on and full at its end', () => {
    const states = [0, 89, 90, 99, 100, 120].map((used) => planUse(used, FREE_PLAN_UNITS).state);
    expect(states).toEqual(['plenty', 'plenty', 'near', 'near', 'full', 'full']);
    expect(planUse(120, 100)).toEqual({ used: 120, limit: 100, left: 0, state: 'full' });
  });

  test('R11: a plan nobody knows may be the free one, as long as that holds what there is', () => {
    expect(planUse(88, undefined)).toEqual({ used: 88, state: 'unknown', leftIfFree: 12 });
    expect(planUse(101, undefined)).toEqual({ used: 101, state: 'unknown' });
  });

  test('R11: units for which a plan has no place are counted before they are added', () => {
    expect(planShortage(90, 10, 100)).toBeUndefined();
    expect(planShortage(90, 15, 100)).toMatch(/105 units, its plan ends at 100: .* refuses 5/);
    expect(planShortage(90, 15, undefined)).toMatch(/105 units: on a free plan, which ends at 100, .* refuses 5/);
    expect(planShortage(101, 500, undefined)).toBeUndefined();
    expect(planShortage(120, 1, 100)).toContain('refuses 1 of them');
  });

  test('R11: what is left never is below nothing', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 1000 }), (used, limit) => {
        expect(planUse(used, limit).left).toBe(Math.max(0, limit - used));
      }),
    );
  });
});

describe('order numbers that will not be there for ever', () => {
  test('are named with what to order instead', () => {
    expect(lifecycleWarnings(skus('B523MTY'))).toEqual([
      'B523MTY is not recommended for new designs; order B524MTY instead.',
    ]);
    expect(lifecycleWarnings(skus('BRN402'))).toEqual(['BRN402 is deprecated; order BRN404X instead.']);
    expect(lifecycleWarnings(skus('BRN314TRAY50'))).toEqual(['BRN314TRAY50 is not recommended for new designs.']);
    expect(lifecycleWarnings(skus('M635MEA'))).toEqual(['M635MEA is still in development.']);
    expect(lifecycleWarnings(skus('ONE523MEA'))).toEqual(['ONE523MEA has a successor: order ONE524MEA instead.']);
    expect(lifecycleWarnings(skus('BRN404X', 'B524MTY'))).toEqual([]);
  });

  test('R15: a replacement of another platform needs a new product, and that is said', () => {
    expect(lifecycleWarnings(skus('E260KIT'))).toEqual([
      'E260KIT is deprecated; order BRN404XKIT instead (Boron: it needs a product of its own).',
    ]);
    expect(lifecycleWarnings(skus('E402TRAY50'))[0]).toContain('E404X): it may need a product of its own');
    expect(lifecycleWarnings(skus('B523MTY'))[0]).not.toContain('of its own');
  });
});
