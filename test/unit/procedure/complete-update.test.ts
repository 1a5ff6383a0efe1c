import { describe, expect, it } from 'vitest';
import { StationError } from '../../../src-main/domain/failure.ts';
import type { ModuleReport } from '../../../src-main/domain/module-report.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import type { FirmwareModule } from '../../../src-main/firmware/firmware-module.ts';
import type { FlashPlan } from '../../../src-main/firmware/flash-plan.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';
import type { UsbUnit } from '../../../src-main/ports/usb-bus.ts';
import type { StepContext } from '../../../src-main/procedure/procedure.ts';
import { completeUpdate } from '../../../src-main/procedure/steps/complete-update.ts';
import { fullRecipe } from '../../virtual-line/full-recipe.ts';
import { scriptedFlash } from './scripted-flash.ts';

const EMPTY: FlashPlan = { before: [], writes: [], after: [], skipped: [], remarks: [], totalBytes: 0, expectedMs: 0 };
const DEVICE_ID = 'e00fce68aabbccddeeff0011';

async function bareRecipe(): Promise<Recipe> {
  const recipe = await fullRecipe(platformByName('boron'));
  if (!recipe.ok) throw new Error(recipe.failure.detail);
  const { bootloader, ...rest } = recipe.value;
  return { ...rest, ...(bootloader === undefined ? {} : { bootloader }), assets: [] };
}

/** A unit that runs, tells these lists of modules one after the other, and goes into DFU mode and out of it as it is told to. */
function running(recipe: Recipe, told: readonly (readonly ModuleReport[])[]) {
  const flash = scriptedFlash('boron');
  const normal: UsbUnit = { ...flash.unit, mode: 'normal', productId: 0xc00d, usbSerial: DEVICE_ID, address: 3 };
  let present: UsbUnit = normal;
  let asked = 0;
  const { flasher } = flash.context.ports;
  const context = {
    ...flash.context,
    recipe,
    presence: {
      current: () => present,
      allowRestart: () => undefined,
      forbidRestart: () => undefined,
      waitFor: async (accepts: (unit: UsbUnit) => boolean, signal: AbortSignal) => {
        if (accepts(present)) return present;
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    },
    budget: () => 50,
    ports: {
      control: {
        open: async () => ({
          systemVersion: async () => '6.2.0',
          serialNumber: async () => ({ refused: -1 }),
          modules: async () => {
            asked += 1;
            return { value: told[asked - 1] ?? told.at(-1) };
          },
          enterDfu: async () => {
            present = { ...flash.unit, usbSerial: DEVICE_ID };
            return { value: null };
          },
          close: async () => undefined,
        }),
      },
      flasher: {
        ...flasher,
        openReader: async (...args: Parameters<typeof flasher.openReader>) => ({
          ...(await flasher.openReader(...args)),
          leave: async () => {
            flash.done.push('leave');
            present = { ...normal, address: 9 };
          },
        }),
      },
    },
  } as unknown as StepContext;
  const facts = {
    identity: { deviceId: DEVICE_ID, platform: recipe.platform, route: 'console', modules: undefined },
    plan: EMPTY,
    prepared: { sent: [], postponed: false },
    flashed: { writes: 0, bytes: 0, readBack: [] },
    restarted: normal,
  } as unknown as Parameters<typeof completeUpdate.run>[0];
  return {
    flash,
    context,
    facts,
    asked: () => asked,
    fallIntoDfu: () => {
      present = flash.unit;
    },
  };
}

function reportOf(module: FirmwareModule, change: Partial<ModuleReport> = {}): ModuleReport {
  const { function: of, index, version, dependencies, sha256, bytes } = module;
  return {
    function: of,
    index,
    version,
    store: 'main',
    faults: [],
    dependencies,
    sha256,
    sizeBytes: bytes.length,
    ...change,
  };
}

function whole(recipe: Recipe): readonly ModuleReport[] {
  const { bootloader, system, application } = recipe;
  return [bootloader, ...system, application]
    .filter((module) => module !== undefined)
    .map((module) => reportOf(module));
}

describe('the step that completes an update', () => {
  it('asks nothing when nothing can be left', async () => {
    const recipe = await bareRecipe();
    const unit = running(recipe, [whole(recipe)]);
    const identity = { ...unit.facts.identity, route: 'control' as const, modules: [] };
    const result = await completeUpdate.run({ ...unit.facts, identity }, unit.context);
    expect(result).toMatchObject({ ok: true, facts: { completed: { updates: 0, readBack: [] } } });
    expect(unit.asked()).toBe(0);
  });

  it('leaves a unit alone that turns out to hold everything', async () => {
    const recipe = await bareRecipe();
    const unit = running(recipe, [whole(recipe)]);
    expect(await completeUpdate.run(unit.facts, unit.context)).toMatchObject({ ok: true });
    expect(unit.flash.done).toEqual([]);
  });

  it('makes one more DFU visit when the unit says only now that it lacks something, and proves it by reading', async () => {
    const recipe = await bareRecipe();
    const other = whole(recipe).map((module) =>
      module.function === 'user-part' ? { ...module, sha256: 'ab'.repeat(32) } : module,
    );
    const unit = running(recipe, [other, whole(recipe)]);
    const result = await completeUpdate.run(unit.facts, unit.context);
    expect(result).toMatchObject({
      ok: true,
      facts: {
        completed: {
          readBack: expect.arrayContaining([{ what: expect.any(String), sha256: recipe.application.fileSha256 }]),
        },
      },
    });
    const { startAddress, bytes } = recipe.application;
    expect(unit.flash.peek(startAddress, bytes.length)).toEqual(Uint8Array.from(bytes));
    expect(unit.asked()).toBe(2);
  });

  it('makes no third visit: what was read back from the flash is left to the proof', async () => {
    const recipe = await bareRecipe();
    const other = whole(recipe).map((module) =>
      module.function === 'user-part' ? { ...module, sha256: 'ab'.repeat(32) } : module,
    );
    const unit = running(recipe, [other, other]);
    expect(await completeUpdate.run(unit.facts, unit.context)).toMatchObject({ ok: true });
    expect(unit.flash.done.filter((line) => line === 'leave')).toHaveLength(1);
  });

  it('keeps what the second visit read back in its record when the unit restarts once more before it is asked', async () => {
    const recipe = await bareRecipe();
    const other = whole(recipe).map((module) =>
      module.function === 'user-part' ? { ...module, sha256: 'ab'.repeat(32) } : module,
    );
    const unit = running(recipe, [other]);
    const { control } = unit.context.ports;
    const open = async (...args: Parameters<typeof control.open>) => {
      if (unit.flash.done.includes('leave')) throw new StationError('unit/unplugged', 'The unit left.');
      return control.open(...args);
    };
    const context = { ...unit.context, ports: { ...unit.context.ports, control: { ...control, open } } };
    expect(await completeUpdate.run(unit.facts, context)).toMatchObject({
      ok: false,
      failure: { code: 'unit/unplugged' },
      evidence: {
        visit: { writes: expect.arrayContaining([expect.objectContaining({ sha256: expect.any(String) })]) },
      },
    });
  });

  it('blames a unit that fell back into DFU mode', async () => {
    const recipe = await bareRecipe();
    const unit = running(recipe, [whole(recipe)]);
    unit.fallIntoDfu();
    const result = await completeUpdate.run(unit.facts, unit.context);
    expect(result).toMatchObject({ ok: false, failure: { code: 'restart/still-in-dfu' } });
  });
});
