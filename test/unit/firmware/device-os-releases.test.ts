import { expect, test } from 'vitest';
import { platformByName } from '../../../src-main/domain/platform.ts';
import {
  allReleases,
  isReleasedFor,
  moduleVersionOf,
  nameModuleVersion,
  needsSetupDone,
  releasesOf,
  requiredBootloader,
  shippedBootloaderOf,
} from '../../../src-main/firmware/device-os-releases.ts';

test('the releases whose number is not computable from their text have the number of the table', () => {
  const odd: Readonly<Record<string, number>> = {
    '1.0.1': 1002,
    '1.1.0': 1102,
    '1.2.1': 1213,
    '1.4.4': 1406,
    '1.5.2': 1512,
    '2.0.1': 2011,
    '2.3.1': 2302,
    '3.0.0': 3005,
    '3.1.0': 3103,
    '3.3.1': 3302,
    '4.0.0': 4003,
    '4.0.1': 4005,
    '4.0.2': 4006,
    '5.0.0': 5002,
    '5.0.1': 5003,
    '5.1.0': 5004,
    '5.4.1': 5410,
    '5.5.0': 5501,
    '5.9.0': 5901,
    '6.2.0': 6200,
    '6.4.1': 6401,
  };
  for (const [release, number] of Object.entries(odd))
    expect([release, moduleVersionOf(release)]).toEqual([release, number]);
  expect(moduleVersionOf('5.1.1')).toBeUndefined();
  expect(moduleVersionOf('6.3.1')).toBeUndefined();
});

test('every release of the table is there once, with numbers that fit the prefix field', () => {
  const releases = allReleases();
  expect(releases.length).toBe(new Set(releases).size);
  expect(releases.length).toBe(210);
  for (const release of releases) {
    expect(moduleVersionOf(release)).toBeGreaterThanOrEqual(0);
    expect(moduleVersionOf(release)).toBeLessThan(65_535);
  }
});

test('a number names its release, except the four that stand for several', () => {
  expect(releasesOf(6200)).toEqual(['6.2.0']);
  expect(releasesOf(4)).toHaveLength(6);
  expect(releasesOf(312)).toEqual(['0.8.0-rc.13', '0.8.0-rc.14']);
  expect(releasesOf(6299)).toEqual([]);
  const ambiguous = new Set(allReleases().flatMap((release) => [moduleVersionOf(release) ?? -1]));
  expect([...ambiguous].filter((number) => releasesOf(number).length > 1)).toEqual([4, 13, 15, 312]);
  expect(nameModuleVersion(6200)).toBe('6.2.0 (6200)');
  expect(nameModuleVersion(13)).toBe('13');
});

test('Gen 2 ends with 3.3.1, and the newer platforms begin where they were released', () => {
  const released = (name: string, release: string): boolean => {
    const platform = platformByName(name);
    if (platform === undefined) throw new Error(name);
    return isReleasedFor(platform, moduleVersionOf(release) ?? 0);
  };
  expect([released('electron', '3.3.1'), released('electron', '4.0.0')]).toEqual([true, false]);
  expect([released('b5som', '1.5.0'), released('b5som', '1.4.4')]).toEqual([true, false]);
  expect([released('p2', '5.0.0'), released('p2', '4.2.0')]).toEqual([true, false]);
  expect([released('msom', '5.4.1'), released('msom', '5.5.0')]).toEqual([false, true]);
  expect([released('p2', '6.1.1'), released('boron', '6.1.1')]).toEqual([false, true]);
});

test('the required bootloader is that of the matrix, and no release ships an older one than it requires', () => {
  const boron = platformByName('boron');
  const p2 = platformByName('p2');
  expect(requiredBootloader(boron, 6200)).toBe(3100);
  expect(requiredBootloader(boron, 4200)).toBe(1200);
  expect(requiredBootloader(boron, 2302)).toBe(1005);
  expect(requiredBootloader(platformByName('b5som'), 2302)).toBe(1006);
  expect(requiredBootloader(platformByName('electron'), 3302)).toBe(1003);
  expect(requiredBootloader(p2, 5901)).toBe(2700);
  // The -p2 prereleases are of another branch and for RTL872x alone.
  for (const release of allReleases().filter((text) => !text.includes('-p2'))) {
    const shipped = shippedBootloaderOf(release);
    const required = requiredBootloader(boron, moduleVersionOf(release) ?? 0);
    if (shipped !== undefined && required !== undefined) expect(shipped, release).toBeGreaterThanOrEqual(required);
  }
});

test('only nRF52 below 4.0 needs its set-up-done flag', () => {
  expect(needsSetupDone(platformByName('boron'), 3302)).toBe(true);
  expect(needsSetupDone(platformByName('boron'), 4003)).toBe(false);
  expect(needsSetupDone(platformByName('electron'), 3302)).toBe(false);
});
