import { describe, expect, test } from 'vitest';
import { generateFactoryRelease } from '../../../firmware/generate-release.ts';
import type { ModuleReport } from '../../../src-main/domain/module-report.ts';
import { type FlashPlan, planFlash } from '../../../src-main/firmware/flash-plan.ts';
import { parseModule } from '../../../src-main/firmware/parse-module.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';
import { loadedFrom, smallRelease } from './recipe-folder.ts';

const boron = await loadedFrom(smallRelease('boron', '6.2.0'));
const electron = await loadedFrom(smallRelease('electron', '3.3.1'));
const factoryBoron = reportsOf('boron', '4.2.0', 3100);

describe('an nRF52 unit', () => {
  test('gets the former slot blanked, then the system part, then the application, and keeps its radio stack', () => {
    const plan = planned(boron, factoryBoron);
    expect(inShort(plan)).toEqual([
      'blanking of the former application slot at 0xd4000, 4096 bytes',
      'Device OS 6.2.0 at 0x28000, 612 bytes',
      'application, version 13 at 0xb4000, 100 bytes',
    ]);
    expect(plan.skipped).toEqual([{ what: 'radio stack 202', reason: 'The unit has version 202.' }]);
    expect(plan.totalBytes).toBe(4096 + 612 + 100);
    expect(plan.writes[0]?.bytes.every((byte) => byte === 0xff)).toBe(true);
  });

  test('with an older radio stack gets the new one first, without its 24-byte header', () => {
    const old = factoryBoron.map((report) =>
      report.function === 'radio-stack' ? { ...report, version: 182 } : report,
    );
    const [first, second] = planned(boron, old).writes;
    const module = boron.system[0];
    expect(first).toMatchObject({ what: 'radio stack 202', address: 0x1000 });
    expect(Buffer.compare(first?.bytes ?? Buffer.alloc(0), module?.bytes.subarray(24) ?? Buffer.alloc(0))).toBe(0);
    expect(second?.address).toBe(0xd4000);
  });

  test('found in DFU mode gets everything, since it cannot say what it holds', () => {
    const plan = planned(boron, undefined);
    expect(plan.writes.map((write) => write.address)).toEqual([0x1000, 0xd4000, 0x28000, 0xb4000]);
    expect(plan.skipped).toEqual([]);
  });

  test('that holds the same modules by hash has nothing to write', () => {
    const plan = planned(boron, reportsOf('boron', '6.2.0', 3100, boron));
    expect(plan.writes).toEqual([]);
    expect(plan.skipped.map(({ what }) => what)).toEqual([
      'radio stack 202',
      'Device OS 6.2.0',
      'application, version 13',
    ]);
  });

  test.each([
    ['reports no hashes', { sha256: undefined }],
    ['finds its own copy damaged', { faults: ['integrity'] }],
    ['has one of another length', { sizeBytes: 99 }],
  ] as const)('that %s gets system part and application written', (_why, change) => {
    const same = reportsOf('boron', '6.2.0', 3100, boron);
    const reports = same.map((report): ModuleReport => {
      const { sha256, ...rest } = report;
      return 'sha256' in change ? rest : { ...report, ...change };
    });
    const written = planned(boron, reports).writes.map((write) => write.what);
    expect(written).toContain('Device OS 6.2.0');
    expect(written).toContain('application, version 13');
  });

  test('whose copies in other stores are the right ones still gets its main ones written', () => {
    const same = reportsOf('boron', '6.2.0', 3100, boron);
    const copies = same.map((report): ModuleReport => ({ ...report, store: 'factory' }));
    expect(planned(boron, [...copies, ...factoryBoron]).writes).toHaveLength(3);
  });

  test('in safe mode for a missing dependency still skips what it holds by hash', () => {
    const same = reportsOf('boron', '6.2.0', 3100, boron);
    const reports = same.map((report): ModuleReport => ({ ...report, faults: ['dependencies'] }));
    expect(planned(boron, reports).writes).toEqual([]);
  });

  test('with a bootloader older than the system part needs is refused, with both numbers in the sentence', () => {
    const refused = planFlash(
      { platform: boron.platform, mode: 'normal', modules: reportsOf('boron', '4.2.0', 1200) },
      boron,
    );
    expect(refused).toMatchObject({ ok: false, failure: { code: 'plan/bootloader-too-old' } });
    const detail = refused.ok ? '' : refused.failure.detail;
    expect(detail).toContain('3100');
    expect(detail).toContain('1200');
  });

  test('with an application of the 128 KB slot gets no blanking', async () => {
    const old = await loadedFrom(smallRelease('boron', '2.3.1'));
    expect(planned(old, undefined).writes.map((write) => write.address)).toEqual([0x1000, 0x30000, 0xd4000]);
  });

  test('whose radio stack is too old for a recipe that brings none is refused', async () => {
    const without = await loadedFrom(smallRelease('boron', '6.2.0'), { radioStack: undefined });
    const old = factoryBoron.map((report) =>
      report.function === 'radio-stack' ? { ...report, version: 182 } : report,
    );
    const refused = planFlash({ platform: without.platform, mode: 'normal', modules: old }, without);
    expect(refused).toMatchObject({ ok: false, failure: { code: 'plan/refused' } });
  });
});

describe('an Electron', () => {
  test('gets its three system parts by header address and then the application', () => {
    expect(inShort(planned(electron, reportsOf('electron', '2.3.1', undefined)))).toEqual([
      'Device OS 3.3.1, part 1 of 3 at 0x8020000, 488 bytes',
      'Device OS 3.3.1, part 2 of 3 at 0x8040000, 488 bytes',
      'Device OS 3.3.1, part 3 of 3 at 0x8060000, 100 bytes',
      'application, version 13 at 0x8080000, 100 bytes',
    ]);
  });

  test('with an old bootloader is accepted, because its system parts bring the new one', () => {
    expect(planned(electron, reportsOf('electron', '2.3.1', 7)).writes).toHaveLength(4);
  });
});

test('a unit of another platform is refused', () => {
  const refused = planFlash({ platform: electron.platform, mode: 'normal', modules: undefined }, boron);
  expect(refused).toMatchObject({ ok: false, failure: { code: 'plan/refused' } });
});

test('a module that was placed over the bootloader never becomes a write', () => {
  const application = { ...boron.application, startAddress: 0xf4000 };
  const refused = planFlash(
    { platform: boron.platform, mode: 'normal', modules: undefined },
    { ...boron, application },
  );
  expect(refused).toMatchObject({ ok: false, failure: { code: 'plan/range-refused' } });
});

function planned(recipe: Recipe, modules: readonly ModuleReport[] | undefined): FlashPlan {
  const plan = planFlash({ platform: recipe.platform, mode: 'normal', modules }, recipe);
  if (!plan.ok) throw new Error(plan.failure.detail);
  return plan.value;
}

function inShort(plan: FlashPlan): readonly string[] {
  return plan.writes.map((write) => `${write.what} at 0x${write.address.toString(16)}, ${write.bytes.length} bytes`);
}

/** What a unit with this factory release reports; with `recipe`, what one reports that already holds the recipe's modules. */
function reportsOf(
  platform: 'boron' | 'electron',
  deviceOs: string,
  bootloaderVersion: number | undefined,
  recipe?: Recipe,
): readonly ModuleReport[] {
  const more = bootloaderVersion === undefined ? {} : { bootloaderVersion };
  const release = generateFactoryRelease({ platform, deviceOs, scale: 0, ...more });
  const files = recipe === undefined ? release.files.map((file) => file.bytes) : [release.bootloader.bytes];
  const modules = files.flatMap((bytes) => {
    const parsed = parseModule(bytes, 'factory.bin');
    return parsed.ok ? [parsed.value] : [];
  });
  return [...modules, ...(recipe === undefined ? [] : [...recipe.system, recipe.application])].map((module) => ({
    function: module.function,
    index: module.index,
    version: module.version,
    store: 'main',
    faults: [],
    dependencies: module.dependencies,
    sizeBytes: module.bytes.length,
    sha256: module.sha256,
  }));
}
