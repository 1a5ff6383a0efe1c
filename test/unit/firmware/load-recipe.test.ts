import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeDemoRecipe } from '../../../firmware/write-demo-recipe.ts';
import { moduleVersionOf } from '../../../src-main/firmware/device-os-releases.ts';
import { loadRecipe } from '../../../src-main/firmware/load-recipe.ts';
import { recordedRecipe } from '../../../src-main/firmware/recipe.ts';
import { codeOf, loadedFrom, set, smallRelease } from './recipe-folder.ts';

const boron = smallRelease('boron', '6.2.0');
const electron = smallRelease('electron', '3.3.1');

describe('a recipe that agrees with itself is loaded', () => {
  test.each([
    ['electron', '2.3.1'],
    ['electron', '3.3.1'],
    ['photon', '3.3.1'],
    ['p1', '2.3.1'],
    ['boron', '2.3.1'],
    ['boron', '4.2.0'],
    ['boron', '6.2.0'],
    ['bsom', '6.4.1'],
    ['b5som', '6.2.0'],
    ['esomx', '6.2.0'],
    ['argon', '4.2.0'],
    ['tracker', '6.2.0'],
    ['p2', '6.2.0'],
    ['trackerm', '6.2.0'],
    ['msom', '6.2.0'],
  ] as const)('for %s with Device OS %s', async (platform, deviceOs) => {
    const recipe = await loadedFrom(smallRelease(platform, deviceOs));
    expect(recipe).toMatchObject({ productId: 8178, productVersion: 13, deviceOs, warnings: [] });
    expect(recipe.deviceOsModuleVersion).toBe(moduleVersionOf(deviceOs));
  });

  test('at real sizes, as the demonstration writes it, and is recorded by its hashes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'linewright-demo-'));
    try {
      const product = { id: 8178, version: 13 };
      const { recipePath } = await writeDemoRecipe(folder, {
        platform: 'boron',
        deviceOs: '6.2.0',
        product,
        appSeed: 1,
      });
      const recipe = await loadRecipe(recipePath);
      if (!recipe.ok) throw new Error(recipe.failure.detail);
      expect(recipe.value.system.map((module) => module.function)).toEqual(['radio-stack', 'system-part']);
      expect(recipe.value.system[1]?.bytes.length).toBeGreaterThan(500_000);
      expect(recordedRecipe(recipe.value)).toEqual({
        name: 'boron demo',
        sha256: recipe.value.sha256,
        productId: 8178,
        productVersion: 13,
        platform: 'boron',
        deviceOs: '6.2.0',
        applicationSha256: recipe.value.application.fileSha256,
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('whose radio stack comes first and whose system parts follow by index, in whatever order they were named', async () => {
    const { system } = await loadedFrom(electron);
    expect(system.map((module) => module.index)).toEqual([1, 2, 3]);
    const named = await loadedFrom(boron);
    expect(named.system.map((module) => module.function)).toEqual(['radio-stack', 'system-part']);
  });

  test.each([
    ['4.2.0', '4.2.0 (4200) and will run on 6.2.0 (6200), two or more major releases later.'],
    ['6.1.0', '6.1.0 (6100) and will run on 6.2.0 (6200).'],
  ])('with an application built for the older %s, but a warning says so', async (deviceOs, words) => {
    const old = smallRelease('boron', deviceOs).application.bytes;
    const { warnings } = await loadedFrom(boron, { application: old });
    expect(warnings).toEqual([expect.stringContaining(`built for Device OS ${words}`)]);
  });

  test('with the platform ID as a wildcard product below 4.0, when the recipe allows it and only then', async () => {
    const wildcard = smallRelease('electron', '3.3.1', { productId: 10 }).application.bytes;
    const allowed = { application: wildcard, ...set('allowWildcardProductId', true) };
    expect(await codeOf(electron, allowed)).toBe('accepted');
    expect(await codeOf(electron, { application: wildcard })).toBe('firmware/wrong-product-id');
  });
});
