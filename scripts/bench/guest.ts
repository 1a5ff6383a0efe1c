import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createNodeUsbBus } from '../../src-main/adapters/usb/usb-bus.node-usb.ts';
import { demoRecipe } from '../../src-main/demo-recipe.ts';
import { type PlatformName, platformByName } from '../../src-main/domain/platform.ts';
import { createRehearsalBench } from '../../src-main/virtual/line/rehearsal-bench.ts';
import { createFactoryUnit } from '../../src-main/virtual/unit/factory-unit.ts';
import { type KernelLine, withKernelStation } from './kernel-station.ts';
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

/** The station of a real line, `units` at once. */
export async function stationRun(input: GuestInput): Promise<readonly StationRun[]> {
  return onKernel(input, (line) =>
    withKernelStation(line, (built) =>
      buildByStation(
        built,
        line.units.map((unit, index) => ({ slot: String(index + 1), unit })),
      ),
    ),
  );
}

async function onKernel<Value>(input: GuestInput, work: (line: KernelLine) => Promise<Value>): Promise<Value> {
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
