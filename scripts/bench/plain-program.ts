import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createUnitControl } from '../../src-main/adapters/usb/unit-control.ts';
import { type PlatformName, platformByName } from '../../src-main/domain/platform.ts';
import type { FlashPlan } from '../../src-main/firmware/flash-plan.ts';
import type { UsbBus } from '../../src-main/ports/usb-bus.ts';
import { createVirtualLine } from '../../src-main/virtual/line/virtual-line.ts';
import { createFactoryUnit } from '../../src-main/virtual/unit/factory-unit.ts';
import { createUnitClock } from '../../src-main/virtual/unit/unit-clock.ts';
import type { VirtualUnit } from '../../src-main/virtual/unit/virtual-unit.ts';
import { figuresOf, type VisitFigures } from './visit-figures.ts';

/** How to start dfu-util or the virtual line's program. */
export type Program = {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
};

const PORT_PATH = '1-1';
const MODE_MS = 30_000;

/**
 * The peer: the same bytes, to the same kind of unit on the same line, by the flash program alone, one file after the other as
 * fast as a shell script would. What the station takes longer than this is the station's own.
 */
export async function measurePlainProgram(platformName: PlatformName, plan: FlashPlan): Promise<VisitFigures> {
  const platform = platformByName(platformName);
  const line = await createVirtualLine({ slots: [{ slot: '1', portPath: PORT_PATH, platform }] });
  try {
    const unit = createFactoryUnit(platformName, { number: 999, clock: createUnitClock() });
    const isUp = unit.whenMode('normal', { timeoutMs: MODE_MS });
    line.plug('1', unit);
    await isUp;
    return await flashByProgram(unit, line.bus, PORT_PATH, line.dfuUtil, plan);
  } finally {
    await line.close();
  }
}

/** Sends a unit in normal mode to DFU mode, runs the program once per write, and reads the figures at the unit. */
export async function flashByProgram(
  unit: VirtualUnit,
  bus: UsbBus,
  portPath: string,
  program: Program,
  plan: FlashPlan,
): Promise<VisitFigures> {
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
    const isInDfu = unit.whenMode('dfu', { timeoutMs: MODE_MS });
    await sendToDfu(bus, portPath);
    await isInDfu;
    await arrival(bus, portPath, 'dfu');
    const isBack = unit.whenMode('restarting', { timeoutMs: 10 * MODE_MS });
    for (const args of commands) await runProgram(program, args);
    await isBack;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const [visit] = unit.visits();
  if (visit === undefined) throw new Error('The program did not talk to the unit.');
  return figuresOf(visit);
}

async function sendToDfu(bus: UsbBus, portPath: string): Promise<void> {
  const session = await createUnitControl(bus).open(
    await arrival(bus, portPath, 'normal'),
    AbortSignal.timeout(MODE_MS),
  );
  try {
    await session.enterDfu();
  } finally {
    await session.close();
  }
}

/** The unit on this port, as soon as it is there in this mode. */
function arrival(bus: UsbBus, portPath: string, mode: 'normal' | 'dfu') {
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<UsbBus['list']>>[number]>();
  const deadline = setTimeout(() => reject(new Error(`No unit in ${mode} mode on ${portPath}.`)), MODE_MS);
  const unsubscribe = bus.subscribe((event) => {
    if (event.kind === 'arrived' && event.unit.portPath === portPath && event.unit.mode === mode) resolve(event.unit);
  });
  return promise.finally(() => {
    clearTimeout(deadline);
    unsubscribe();
  });
}

/** Runs the program to its end; throws with its last words unless it exits with 0, or 74 after a leave (device-usb.md 3.3). */
async function runProgram({ command, args = [], env = {} }: Program, more: readonly string[]): Promise<void> {
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
  if (status === 0) return;
  throw new Error(`${command} ended with ${status}: ${said}`);
}
