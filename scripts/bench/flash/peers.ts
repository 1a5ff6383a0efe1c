import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createUnitControl } from '../../../src-main/adapters/usb/unit-control.ts';
import { type FlashPlan, planFlash } from '../../../src-main/firmware/flash-plan.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';
import type { UsbBus, UsbUnit } from '../../../src-main/ports/usb-bus.ts';
import type { VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { type JobFigures, watchJob } from './job-figures.ts';
import { runTool, type Tool } from './tool-run.ts';

/** A job done by a tool that is not the station. */
export type PeerJob = {
  readonly job: JobFigures;
  /** What the tool itself took, from its start to its end; of several runs the sum. */
  readonly toolMs: number;
};

/** A unit that is plugged in, up, and reached by these. */
export type PeerUnit = { readonly unit: VirtualUnit; readonly bus: UsbBus; readonly portPath: string };

/**
 * The same bytes the station writes to this unit, by plain dfu-util, one file after the other as fast as a shell script would. What
 * is to be written, and the way into DFU mode, are the station's; they are not in the tool's time. `applicationAlone`: only that file.
 */
export async function jobByDfuUtil(
  peer: PeerUnit,
  recipe: Recipe,
  { dfuUtil, applicationAlone }: { readonly dfuUtil: Tool; readonly applicationAlone: boolean },
): Promise<PeerJob> {
  const { unit, bus, portPath } = peer;
  const watch = watchJob(unit);
  const plan = await planAndEnterDfu(await arrival(peer, 'normal'), bus, recipe);
  const writes = plan.writes.filter(({ module }) => !applicationAlone || module === recipe.application);
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
    let toolMs = 0;
    for (const args of commands) toolMs += await runTool(dfuUtil, args);
    await unit.whenMode('normal', { timeoutMs: MODE_MS });
    return { job: watch.end(), toolMs };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `particle flash --local` of a folder, or of one file, onto this unit. */
export async function jobByParticleCli(peer: PeerUnit, what: string, particle: Tool): Promise<PeerJob> {
  const { unit } = peer;
  await arrival(peer, 'normal');
  const watch = watchJob(unit);
  const toolMs = await runTool(particle, ['flash', '--local', unit.identity.deviceId, what]);
  await unit.whenMode('normal', { timeoutMs: MODE_MS });
  return { job: watch.end(), toolMs };
}

const MODE_MS = 60_000;

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

/** The unit on this port, as soon as it is there in this mode. */
function arrival({ bus, portPath }: PeerUnit, mode: UsbUnit['mode']): Promise<UsbUnit> {
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
