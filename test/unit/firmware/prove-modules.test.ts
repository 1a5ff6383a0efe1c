import { describe, expect, test } from 'vitest';
import type { FailureCode } from '../../../src-main/domain/failure-codes.ts';
import type { ModuleReport } from '../../../src-main/domain/module-report.ts';
import { proveModules } from '../../../src-main/firmware/prove-modules.ts';
import { loadedFrom, smallRelease } from './recipe-folder.ts';

const boron = await loadedFrom(smallRelease('boron', '6.2.0'));
const bootloader = report({ function: 'bootloader', index: 0, version: 3100 });
const radioStack = report({ function: 'radio-stack', index: 0, version: 202, sha256: 'ee'.repeat(32) });
const system = report({ function: 'system-part', index: 1, version: 6200, sha256: boron.system[1]?.sha256 ?? '' });
const application = report({ function: 'user-part', index: 2, version: 6, sha256: boron.application.sha256 });
const good = [bootloader, radioStack, system, application];

test('a unit that reports every module of the recipe, whole and by hash, is proven with the hash of its application', () => {
  expect(proveModules(good, boron)).toEqual({ ok: true, value: { productBinarySha256: boron.application.sha256 } });
});

test('a newer radio stack and a newer bootloader are as good, and copies in other stores do not matter', () => {
  const newer = [{ ...bootloader, version: 3200 }, { ...radioStack, version: 203 }, system, application];
  const factoryCopy: ModuleReport = {
    ...application,
    store: 'factory',
    faults: ['integrity'],
    sha256: '00'.repeat(32),
  };
  expect(proveModules([factoryCopy, ...newer], boron).ok).toBe(true);
});

const bad: readonly (readonly [string, FailureCode, readonly ModuleReport[]])[] = [
  ['an empty list', 'prove/module-missing', []],
  ['no system part', 'prove/module-missing', [bootloader, radioStack, application]],
  ['no application', 'prove/module-missing', [bootloader, radioStack, system]],
  ['no bootloader', 'prove/module-missing', [radioStack, system, application]],
  ['no radio stack', 'prove/module-missing', [bootloader, system, application]],
  ['the old system part', 'prove/wrong-version', [bootloader, radioStack, { ...system, version: 4200 }, application]],
  ['a newer system part', 'prove/wrong-version', [bootloader, radioStack, { ...system, version: 6201 }, application]],
  ['another build of it', 'prove/wrong-version', [bootloader, radioStack, { ...system, sha256: 'aa' }, application]],
  ['an old radio stack', 'prove/wrong-version', [bootloader, { ...radioStack, version: 182 }, system, application]],
  ['an old bootloader', 'prove/wrong-version', [{ ...bootloader, version: 3000 }, radioStack, system, application]],
  ['a damaged system part', 'prove/module-invalid', [bootloader, radioStack, faulty(system, 'integrity'), application]],
  ['safe mode', 'prove/module-invalid', [bootloader, radioStack, system, faulty(application, 'dependencies')]],
  ['a faulty module of no concern', 'prove/module-invalid', [...good, faulty({ ...application, index: 7 }, 'range')]],
  [
    'the former application',
    'prove/wrong-product-binary',
    [bootloader, radioStack, system, { ...application, index: 1 }],
  ],
  [
    'another application',
    'prove/wrong-product-binary',
    [bootloader, radioStack, system, { ...application, sha256: 'bb' }],
  ],
  [
    'one of another size',
    'prove/wrong-product-binary',
    [bootloader, radioStack, system, { ...application, sizeBytes: 5 }],
  ],
  ['an application without hash', 'prove/no-proof', [bootloader, radioStack, system, withoutHash(application)]],
];

test.each(bad)('%s is no proof: %s', (_what, code, reports) => {
  expect(proveModules(reports, boron)).toMatchObject({ ok: false, failure: { code } });
});

test('taking any one module away from a good list, or giving it any fault, is never a proof', () => {
  for (const [place, module] of good.entries()) {
    expect(proveModules(good.toSpliced(place, 1), boron).ok).toBe(false);
    for (const fault of ['integrity', 'dependencies', 'range', 'platform', 'other'] as const) {
      expect(proveModules(good.with(place, faulty(module, fault)), boron).ok).toBe(false);
    }
    expect(proveModules(good.with(place, { ...module, store: 'backup' }), boron).ok).toBe(false);
    expect(proveModules(good.with(place, { ...module, version: 1 }), boron).ok).toBe(false);
  }
});

function report(fields: Pick<ModuleReport, 'function' | 'index' | 'version'> & { sha256?: string }): ModuleReport {
  return { store: 'main', faults: [], dependencies: [], ...fields };
}

function faulty(module: ModuleReport, fault: ModuleReport['faults'][number]): ModuleReport {
  return { ...module, faults: [fault] };
}

function withoutHash({ sha256, ...module }: ModuleReport): ModuleReport {
  return module;
}

describe('what the recipe brings by request', () => {
  const whole = smallRelease('p2', '6.2.0');

  async function p2Reports() {
    const recipe = await loadedFrom(whole, { byRequest: true });
    const held = [recipe.prebootloader, recipe.bootloader, ...recipe.system, recipe.application];
    const reports = held.flatMap((module) =>
      module === undefined ? [] : [report({ ...module, sha256: module.sha256 })],
    );
    return { recipe, reports };
  }

  test('is proven when it is there', async () => {
    const { recipe, reports } = await p2Reports();
    expect(proveModules(reports, recipe).ok).toBe(true);
  });

  test.each([
    [0, { version: 3000 }, 'prove/wrong-version'],
    [2, { version: 7 }, 'prove/wrong-version'],
    [0, { sha256: '0'.repeat(64) }, 'prove/wrong-version'],
    [2, { sha256: '0'.repeat(64) }, 'prove/wrong-version'],
    [0, { version: 3200, sha256: '0'.repeat(64) }, 'proven'],
    [2, { version: 10, sha256: '0'.repeat(64) }, 'proven'],
  ] as const)('bootloader %i with %o is %s', async (index, change, code) => {
    const { recipe, reports } = await p2Reports();
    const changed = reports.map((one) =>
      one.function === 'bootloader' && one.index === index ? { ...one, ...change } : one,
    );
    const proven = proveModules(changed, recipe);
    expect(proven.ok ? 'proven' : proven.failure.code).toBe(code);
  });

  test('is missed when it is not reported', async () => {
    const { recipe, reports } = await p2Reports();
    const without = reports.filter((one) => one.function !== 'bootloader' || one.index !== 2);
    expect(proveModules(without, recipe)).toMatchObject({ failure: { code: 'prove/module-missing' } });
  });

  test.each([
    ['argon', 'prove/wrong-version'],
    ['tracker', 'proven'], // Device OS 5.6.0 and later do not take it there
  ] as const)('an old co-processor of %s: %s', async (platform, code) => {
    const recipe = await loadedFrom(smallRelease(platform, '6.2.0'), { byRequest: true });
    const held = [recipe.bootloader, recipe.ncp, ...recipe.system, recipe.application];
    const reports = held.flatMap((module) =>
      module === undefined ? [] : [report({ ...module, version: module.function === 'ncp' ? 4 : module.version })],
    );
    const proven = proveModules(reports, recipe);
    expect(proven.ok ? 'proven' : proven.failure.code).toBe(code);
  });
});

describe('assets', () => {
  const logo = { name: 'logo.png', sha256: 'a'.repeat(64) };
  const recipe = { ...boron, assets: [{ ...logo, bytes: new Uint8Array(1) }] };

  test.each([
    ['all there and asked for', { available: [logo], required: [logo] }, 'proven'],
    ['all there beside one of an earlier application', { available: [logo, other()], required: [logo] }, 'proven'],
    ['not reported', undefined, 'prove/no-proof'],
    ['not there', { available: [], required: [logo] }, 'prove/module-missing'],
    ['there with another hash', { available: [{ ...logo, sha256: 'b' }], required: [logo] }, 'prove/module-missing'],
    ['not asked for by what runs', { available: [logo], required: [] }, 'prove/wrong-product-binary'],
    ['fewer than what runs asks for', { available: [logo], required: [logo, other()] }, 'prove/wrong-product-binary'],
  ] as const)('%s: %s', (_what, assets, code) => {
    const proven = proveModules(good, recipe, assets);
    expect(proven.ok ? 'proven' : proven.failure.code).toBe(code);
  });

  function other() {
    return { name: 'other.png', sha256: 'c'.repeat(64) };
  }
});
