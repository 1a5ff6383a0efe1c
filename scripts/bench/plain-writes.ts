import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createUnitControl } from '../../src-main/adapters/usb/unit-control.ts';
import { type FlashPlan, type PlannedWrite, planFlash } from '../../src-main/firmware/flash-plan.ts';
import type { Recipe } from '../../src-main/firmware/recipe.ts';
import type { UsbBus, UsbUnit } from '../../src-main/ports/usb-bus.ts';
import type { VirtualUnit } from '../../src-main/virtual/unit/virtual-unit.ts';
import { runTool, type Tool } from './tool-run.ts';

/** A unit that is plugged in, up, and reached by these. */
export type PeerUnit = { readonly unit: VirtualUnit; readonly bus: UsbBus; readonly portPath: string };

/** How long a unit may take from one mode to another, in ms. */
export const MODE_MS = 60_000;

/**
 * What the station would write to this unit, written by the flash tool alone, one file after the other as fast as a shell script would.
 * What is to be written, and the way into DFU mode, are the station's; they are not in the tool's time. Resolves when the unit is back in
 * normal mode, with what each run of the tool took, in ms.
 */
export async function writePlainly(
  peer: PeerUnit,
  recipe: Recipe,
  tool: Tool,
  isWanted: (write: PlannedWrite) => boolean = () => true,
): Promise<{ readonly writes: readonly PlannedWrite[]; readonly toolMs: readonly number[] }> {
  const { unit, bus, portPath } = peer;
  const plan = await planAndEnterDfu(await arrival(peer, 'normal'), bus, recipe);
  const writes = plan.writes.filter(isWanted);
  const folder = await mkdtemp(path.join(tmpdir(), 'linewright-bench-'));
  try {
    const commands = await Promise.all(
      writes.map(async ({ alt, address, bytes }, index) => {
        const file = path.join(folder, `${index}.bin`);
        await writeFile(file, bytes);
        const place = `0x${address.toString(16)}${index === writes.length - 1 ? ':leave' : ''}`;
        return ['-p', portPath, '-a', String(alt), '-s', place, '-D', file];
      }),
    );
    await arrival(peer, 'dfu');
    const toolMs: number[] = [];
    for (const args of commands) toolMs.push(await runTool(tool, args));
    await unit.whenMode('normal', { timeoutMs: MODE_MS });
    return { writes, toolMs };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The unit on this port, as soon as it is there in this mode. */
export function arrival({ bus, portPath }: Omit<PeerUnit, 'unit'>, mode: UsbUnit['mode']): Promise<UsbUnit> {
  const { promise, resolve, reject } = Promise.withResolvers<UsbUnit>();
  const deadline = setTimeout(() => reject(new Error(`No unit in ${mode} mode on ${portPath}.`)), MODE_MS);
  const unsubscribe = bus.subscribe((event) => {
    if (event.kind === 'arrived' && event.unit.portPath === portPath && event.unit.mode === mode) resolve(event.unit);
  });
  return promise.finally(() => {
    clearTimeout(deadline);
    unsubscribe();
  });
}

/** The station's own plan, from the unit's own list of modules; then request 50. */
async function planAndEnterDfu(unit: UsbUnit, bus: UsbBus, recipe: Recipe): Promise<FlashPlan> {
  const session = await createUnitControl(bus).open(unit, AbortSignal.timeout(MODE_MS));
  try {
    const modules = await session.modules();
    if ('refused' in modules) throw new Error('The unit does not list its modules.');
    const plan = planFlash({ platform: unit.platform, mode: 'normal', modules: modules.value }, recipe);
    if (!plan.ok) throw new Error(plan.failure.detail);
    await session.enterDfu();
    return plan.value;
  } finally {
    await session.close();
  }
}
