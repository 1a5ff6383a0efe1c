import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createUnitControl } from '../../src-main/adapters/usb/unit-control.ts';
import { type FlashPlan, planFlash } from '../../src-main/firmware/flash-plan.ts';
import type { Recipe } from '../../src-main/firmware/recipe.ts';
import type { UsbBus, UsbUnit } from '../../src-main/ports/usb-bus.ts';
import type { VirtualUnit } from '../../src-main/virtual/unit/virtual-unit.ts';
import { figuresOf, median, type VisitFigures } from './visit-figures.ts';

/** How to start dfu-util or the virtual line's program. */
export type Program = {
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** What the program wrote, and how long the unit had to wait for it. */
export type PlainRun = {
  readonly bytes: number;
  readonly writes: readonly string[];
  /** What each run of the program took, its start-up included. */
  readonly programMs: readonly number[];
  readonly visit: VisitFigures;
};

/**
 * The peer: what the station would write to this unit, written by the flash program alone, one file after the other as fast as a
 * shell script would. What the station takes longer than this is the station's own. The unit must be plugged in, in normal mode.
 */
export async function flashByProgram(options: {
  readonly unit: VirtualUnit;
  readonly bus: UsbBus;
  readonly portPath: string;
  readonly program: Program;
  readonly recipe: Recipe;
}): Promise<PlainRun> {
  const { unit, bus, portPath, program, recipe } = options;
  const programMs: number[] = [];
  const plan = await planAndEnterDfu(await arrival(bus, portPath, 'normal'), bus, recipe);
  const folder = await mkdtemp(path.join(tmpdir(), 'linewright-bench-'));
  try {
    const commands = await Promise.all(
      plan.writes.map(async ({ alt, address, bytes }, index) => {
        const file = path.join(folder, `${index}.bin`);
        await writeFile(file, bytes);
        const place = `0x${address.toString(16)}${index === plan.writes.length - 1 ? ':leave' : ''}`;
        return ['-p', portPath, '-a', String(alt), '-s', place, '-D', file];
      }),
    );
    await arrival(bus, portPath, 'dfu');
    for (const args of commands) programMs.push(await runProgram(program, args));
    await unit.whenMode('normal', { timeoutMs: MODE_MS });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const [visit] = unit.visits();
  if (visit === undefined) throw new Error('The program did not talk to the unit.');
  return { bytes: plan.totalBytes, writes: plan.writes.map(({ what }) => what), programMs, visit: figuresOf(visit) };
}

/** Median time from start to end of `--version`, in ms; throws when there is no such program. */
export async function programStart(program: Program): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < STARTS; time += 1) times.push(await runProgram(program, ['--version']));
  return median(times);
}

const STARTS = 5;
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
function arrival(bus: UsbBus, portPath: string, mode: UsbUnit['mode']): Promise<UsbUnit> {
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

/** Runs the program to its end and tells how long that took, in ms; throws with its last words unless it exits with 0. */
async function runProgram({ command, args = [], env = {} }: Program, more: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(command, [...args, ...more], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('latin1').on('data', (text: string) => {
      said = (said + text).slice(-500);
    });
  }
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${said}`);
  return performance.now() - startedAt;
}
