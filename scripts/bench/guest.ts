import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openAuditLog } from '../../src-main/adapters/audit/audit-log.sqlite.ts';
import { createHttpCloud } from '../../src-main/adapters/cloud/cloud.http.ts';
import { createConsolePath } from '../../src-main/adapters/usb/console-path.list.ts';
import { createDfuUtilFlasher } from '../../src-main/adapters/usb/flasher.dfu-util.ts';
import { createUnitConsole } from '../../src-main/adapters/usb/unit-console.serialport.ts';
import { createUnitControl } from '../../src-main/adapters/usb/unit-control.ts';
import { createNodeUsbBus } from '../../src-main/adapters/usb/usb-bus.node-usb.ts';
import { startStation } from '../../src-main/build-station.ts';
import { demoProductId, demoRecipe } from '../../src-main/demo-recipe.ts';
import { type PlatformName, platformByName } from '../../src-main/domain/platform.ts';
import type { Recipe } from '../../src-main/firmware/recipe.ts';
import { createVirtualCloud } from '../../src-main/virtual/cloud/virtual-cloud.ts';
import { createRehearsalBench } from '../../src-main/virtual/line/rehearsal-bench.ts';
import { createFactoryUnit } from '../../src-main/virtual/unit/factory-unit.ts';
import type { VirtualUnit } from '../../src-main/virtual/unit/virtual-unit.ts';
import { factoryRecord } from '../../src-main/virtual-bench.ts';
import { flashByProgram, type PlainRun } from './plain-program.ts';
import { buildByStation, type StationRun } from './station-run.ts';

// Runs inside the guest's agent (test/vm/lab/guest-agent.ts): the virtual units live there, next to the kernel that sees them as
// USB devices, so that unit, kernel, dfu-util and station share one deterministic clock (usb-lab.md 5).

export type GuestInput = { readonly platform: PlatformName; readonly units: number };

/** The real dfu-util alone; one fresh unit, the kernel's own USB. */
export async function plainRun(input: GuestInput): Promise<PlainRun> {
  return onKernel({ ...input, units: 1 }, async ({ units, portPaths, recipe }) => {
    const [unit, portPath] = [units[0], portPaths[0]];
    if (unit === undefined || portPath === undefined) throw new RangeError('There is no unit.');
    const bus = createNodeUsbBus();
    try {
      return await flashByProgram({ unit, bus, portPath, program: { command: 'dfu-util' }, recipe });
    } finally {
      await bus.close();
    }
  });
}

/** The station of a real line: usb, serialport, dfu-util; its cloud on loopback. `units` at once. */
export async function stationRun(input: GuestInput): Promise<readonly StationRun[]> {
  return onKernel(input, async ({ units, portPaths, recipe, data }) => {
    const { platform } = recipe;
    const cloud = await createVirtualCloud({
      products: [{ id: demoProductId(platform), platformId: platform.id }],
      units: units.map((unit) => factoryRecord(unit, platform)),
    });
    try {
      const bus = createNodeUsbBus();
      const built = startStation(
        {
          bus,
          control: createUnitControl(bus),
          console: createUnitConsole({ consolePath: createConsolePath() }),
          flasher: createDfuUtilFlasher({ command: 'dfu-util', bus }),
          cloud: createHttpCloud({ baseUrl: cloud.baseUrl, token: async () => cloud.token, appVersion: 'bench' }),
          audit: openAuditLog(data),
        },
        {
          ...{ name: 'bench', virtual: true, speed: 1, patience: 1, batch: 'bench' },
          slots: portPaths.map((portPath, index) => ({ name: String(index + 1), portPath, recipe })),
        },
      );
      try {
        return await buildByStation(
          built,
          units.map((unit, index) => ({ slot: String(index + 1), unit })),
        );
      } finally {
        await built.close();
      }
    } finally {
      await cloud.close();
    }
  });
}

type OnKernel = {
  readonly units: readonly VirtualUnit[];
  readonly portPaths: readonly string[];
  readonly recipe: Recipe;
  readonly data: string;
};

async function onKernel<Value>(input: GuestInput, work: (bench: OnKernel) => Promise<Value>): Promise<Value> {
  const data = await mkdtemp(path.join(tmpdir(), 'linewright-bench-'));
  try {
    const recipe = await demoRecipe(platformByName(input.platform), { data, scale: 1 });
    if (!recipe.ok) throw new Error(recipe.failure.detail);
    const units = Array.from({ length: input.units }, (_, index) =>
      createFactoryUnit(input.platform, { number: index + 1 }),
    );
    const bench = await createRehearsalBench({ units });
    try {
      return await work({ units, portPaths: bench.portPaths, recipe: recipe.value, data });
    } finally {
      await bench.close();
    }
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}
