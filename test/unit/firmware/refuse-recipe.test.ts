import { appendFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateModule } from '../../../firmware/generate-module.ts';
import { applicationSpec, type ReleaseOf, radioStackSpec, systemPartSpec } from '../../../firmware/release-modules.ts';
import type { FailureCode } from '../../../src-main/domain/failure-codes.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import { moduleVersionOf } from '../../../src-main/firmware/device-os-releases.ts';
import { loadRecipe } from '../../../src-main/firmware/load-recipe.ts';
import { codeOf, loadFrom, type RecipeChange, set, smallRelease } from './recipe-folder.ts';

const boron = smallRelease('boron', '6.2.0');
const electron = smallRelease('electron', '3.3.1');

describe('a recipe is refused, before any unit is touched, when', () => {
  const cases: readonly (readonly [string, FailureCode, () => Promise<unknown>])[] = [
    ['it is not JSON', 'recipe/invalid', () => codeOf(boron, { spoil: (at) => write(at, 'recipe.json', '{') })],
    ['it has an unknown field', 'recipe/invalid', () => codeOf(boron, set('extra', 1))],
    ['its format is of another version', 'recipe/invalid', () => codeOf(boron, set('formatVersion', 2))],
    ['its product version is 0', 'recipe/invalid', () => codeOf(boron, set('product', { id: 1, version: 0 }))],
    ['its platform is not known', 'recipe/invalid', () => codeOf(boron, set('platform', 'raspi'))],
    ['its Device OS is no release text', 'recipe/invalid', () => codeOf(boron, set('deviceOs', 'v6.2.0'))],
    ['it is far too large', 'recipe/invalid', () => codeOf(boron, set('name', 'x'.repeat(70_000)))],
    [
      'a file is missing',
      'recipe/file-missing',
      () => codeOf(boron, { spoil: (at) => rmSync(join(at, 'system-0.bin')) }),
    ],
    [
      'a file was changed',
      'recipe/file-changed',
      () => codeOf(boron, { spoil: (at) => write(at, 'application.bin', 'x') }),
    ],
    ['a path leads out of the folder', 'recipe/invalid', () => codeOf(boron, path('../application.bin'))],
    ['a path is absolute', 'recipe/invalid', () => codeOf(boron, path('/etc/passwd'))],
    ['a path is absolute on Windows', 'recipe/invalid', () => codeOf(boron, path('C:\\application.bin'))],
    ['a link leads out of the folder', 'recipe/invalid', () => codeOf(boron, { spoil: linkOut })],
    ['a file is no module', 'firmware/not-a-module', () => codeOf(boron, { application: Buffer.alloc(500, 'text') })],
    ['the Device OS is no known release', 'firmware/no-such-release', () => codeOf(boron, set('deviceOs', '6.2.9'))],
    [
      'the release was never made for the platform',
      'firmware/no-such-release',
      () => codeOf(electron, set('deviceOs', '6.2.0')),
    ],
    [
      'the application is a system part',
      'firmware/wrong-function',
      () => codeOf(boron, { application: bytes(boron.system) }),
    ],
    [
      'a system part is an application',
      'firmware/wrong-function',
      () => codeOf(boron, { system: [boron.application.bytes] }),
    ],
    [
      'the radio stack is a bootloader',
      'firmware/wrong-function',
      () => codeOf(boron, { radioStack: boron.bootloader.bytes }),
    ],
    [
      'the application is for another platform',
      'firmware/wrong-platform',
      () => codeOf(boron, { application: app('b5som', '6.2.0') }),
    ],
    [
      'the radio stack is for an Argon',
      'firmware/wrong-platform',
      () => codeOf(boron, { radioStack: argonRadioStack() }),
    ],
    ['a system part is missing', 'firmware/missing-part', () => codeOf(electron, { system: parts('3.3.1', 1, 2) })],
    [
      'a system part is there twice',
      'recipe/invalid',
      () => codeOf(boron, { system: [bytes(boron.system), bytes(boron.system)] }),
    ],
    [
      'system parts are of different releases',
      'firmware/mixed-versions',
      () => codeOf(electron, { system: mixedParts() }),
    ],
    [
      'the system parts are of another release',
      'firmware/wrong-os-version',
      () => codeOf(boron, set('deviceOs', '6.2.1')),
    ],
    [
      'a 6.2.0 system part claims the old address',
      'firmware/wrong-location',
      () => codeOf(boron, { system: [systemAt(0x30000)] }),
    ],
    [
      'an application of index 1 claims the new address',
      'firmware/wrong-location',
      () => codeOf(boron, { application: misplaced() }),
    ],
    [
      'an application is larger than its place',
      'firmware/wrong-location',
      () => codeOf(boron, { application: tooLarge() }),
    ],
    [
      'the header is where the unit does not look',
      'firmware/wrong-location',
      () => codeOf(boron, { application: shifted() }),
    ],
    [
      'the application needs a newer Device OS',
      'firmware/missing-dependency',
      () => codeOf(boron, { application: app('boron', '6.4.1') }),
    ],
    [
      'the application has another version',
      'firmware/wrong-product-version',
      () => codeOf(boron, product({ productVersion: 14 })),
    ],
    [
      'the application has no version',
      'firmware/wrong-product-version',
      () => codeOf(boron, product({ productVersion: 65_535 })),
    ],
    [
      'a 3.x application is for another product',
      'firmware/wrong-product-id',
      () => codeOf(electron, product({ productId: 8179 })),
    ],
    [
      'a 3.x application has no product ID',
      'firmware/wrong-product-id',
      () => codeOf(electron, product({ productId: 65_535 })),
    ],
    [
      'a 6.x application has a real product ID',
      'firmware/wrong-product-id',
      () => codeOf(boron, { application: foreign() }),
    ],
    [
      'the radio stack would be written with its header',
      'firmware/unsupported',
      () => codeOf(boron, { radioStack: withHeader() }),
    ],
  ];
  // Making links takes special rights on Windows.
  const possible = cases.filter(([why]) => process.platform !== 'win32' || !why.startsWith('a link'));
  test.each(possible)('%s (%s)', async (_why, code, refused) => {
    expect(await refused()).toBe(code);
  });

  test('the recipe itself is not there, and the sentence names it', async () => {
    const recipe = await loadRecipe('/nowhere/recipe.json');
    expect(recipe).toMatchObject({ ok: false, failure: { code: 'recipe/file-missing' } });
    expect(recipe.ok ? '' : recipe.failure.detail).toContain('/nowhere/recipe.json');
  });

  test('the radio stack needs a newer system part than the recipe has', async () => {
    const spec = radioStackSpec(releaseOf('boron', '6.2.0'), 32);
    const needs = [{ function: 'system-part', index: 1, version: 6201 }] as const;
    const radioStack = generateModule({ ...spec, dependencies: needs });
    expect(await codeOf(boron, { radioStack })).toBe('firmware/missing-dependency');
  });

  test('the application is too new, and the sentence names both releases', async () => {
    const recipe = await loadFrom(boron, { application: app('boron', '6.4.1') });
    const detail = recipe.ok ? '' : recipe.failure.detail;
    expect(detail).toBe('application.bin was built for Device OS 6.4.1 (6401), the recipe brings only 6.2.0 (6200).');
  });

  test('and the sentence names the file, what was expected and what was found', async () => {
    const recipe = await loadFrom(boron, { application: app('b5som', '6.2.0') });
    const detail = recipe.ok ? '' : recipe.failure.detail;
    expect(detail).toBe('application.bin is for B-Series SoM (B5xx) (platform 25), the recipe is for Boron (13).');
  });
});

function path(value: string): RecipeChange {
  return { json: ({ files }) => Object.assign(files.application, { path: value }) };
}

function product(change: { productId?: number; productVersion?: number }): RecipeChange {
  const platform = 'productId' in change ? 'electron' : 'boron';
  return { application: smallRelease(platform, platform === 'boron' ? '6.2.0' : '3.3.1', change).application.bytes };
}

function write(folder: string, name: string, text: string): void {
  if (text === 'x') appendFileSync(join(folder, name), text);
  else writeFileSync(join(folder, name), text);
}

function linkOut(folder: string): void {
  rmSync(join(folder, 'application.bin'));
  symlinkSync(import.meta.filename, join(folder, 'application.bin'));
}

function bytes(files: readonly { readonly bytes: Uint8Array }[]): Uint8Array {
  return files[0]?.bytes ?? new Uint8Array();
}

function app(platform: 'boron' | 'b5som', deviceOs: string): Uint8Array {
  return smallRelease(platform, deviceOs).application.bytes;
}

function releaseOf(name: 'boron' | 'electron' | 'argon', deviceOs: string): ReleaseOf {
  return { platform: platformByName(name), deviceOs, moduleVersion: moduleVersionOf(deviceOs) ?? 0 };
}

function argonRadioStack(): Uint8Array {
  return generateModule(radioStackSpec(releaseOf('argon', '6.2.0'), 32));
}

function withHeader(): Uint8Array {
  return generateModule({ ...radioStackSpec(releaseOf('boron', '6.2.0'), 32), flags: 0 });
}

function parts(deviceOs: string, ...indexes: readonly number[]): readonly Uint8Array[] {
  return indexes.map((index) => generateModule(systemPartSpec(releaseOf('electron', deviceOs), index, 32)));
}

function mixedParts(): readonly Uint8Array[] {
  return [...parts('3.3.1', 1, 2), ...parts('3.3.0', 3)];
}

function systemAt(start: number): Uint8Array {
  return generateModule({ ...systemPartSpec(releaseOf('boron', '6.2.0'), 1, 32), start });
}

function misplaced(): Uint8Array {
  return generateModule({ ...applicationSpec(releaseOf('boron', '6.2.0'), { id: 13, version: 13 }, 32), index: 1 });
}

function tooLarge(): Uint8Array {
  return generateModule(applicationSpec(releaseOf('boron', '6.2.0'), { id: 13, version: 13 }, 262_144));
}

function shifted(): Uint8Array {
  const spec = applicationSpec(releaseOf('boron', '6.2.0'), { id: 13, version: 13 }, 32);
  return generateModule({ ...spec, prefixOffset: 0x184 });
}

function foreign(): Uint8Array {
  const spec = applicationSpec(releaseOf('boron', '6.2.0'), { id: 13, version: 13 }, 32);
  return generateModule({ ...spec, suffix: { kind: 'product', productId: 8178, productVersion: 13 } });
}
