import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { createVirtualLine, type VirtualLine } from '../../../src-main/virtual/line/virtual-line.ts';
import { createFactoryUnit, type FactoryUnitOptions } from '../../../src-main/virtual/unit/factory-unit.ts';
import { createUnitClock, type VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';

type PlatformName = Parameters<typeof createFactoryUnit>[0];

/** A line with units that were touched into DFU mode, and its flash tool as a command. */
export type DfuLine = {
  readonly line: VirtualLine;
  readonly units: readonly VirtualUnit[];
  readonly folder: string;
  dfuUtil(...args: readonly string[]): ReturnType<typeof start>;
  close(): Promise<void>;
};

/** Makes units, ports 1-1, 1-2 and so on, and brings them into DFU mode through the line itself, by the baud touch. */
export async function createDfuLine(
  platforms: readonly PlatformName[],
  options: FactoryUnitOptions = {},
): Promise<DfuLine> {
  const clock = options.clock ?? createUnitClock({ speed: 200 });
  const units = platforms.map((name, index) =>
    createFactoryUnit(name, { number: index + 1, scale: 0.05, ...options, clock }),
  );
  const slots = platforms.map((_name, index) => ({ slot: `slot ${index + 1}`, portPath: `1-${index + 1}` }));
  const line = await createVirtualLine({
    slots,
    units: new Map(slots.map(({ slot }, index) => [slot, units[index] as VirtualUnit])),
  });
  for (const [index, unit] of units.entries()) {
    const portPath = `1-${index + 1}`;
    await arrival(line, portPath, 'normal');
    const port = await line.serialBinding.open({ path: `virtual:${portPath}`, baudRate: 14_400 });
    await arrival(line, portPath, 'dfu');
    await port.close();
    await unit.whenMode('dfu', { timeoutMs: 10_000 });
  }
  const folder = await mkdtemp(join(tmpdir(), 'linewright-dfu-'));
  const { command, args, env } = line.dfuUtil;
  return {
    line,
    units,
    folder,
    dfuUtil: (...own) => start(command, [...args, ...own], env),
    async close() {
      await line.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when a unit is on this port in this mode. */
export function arrival(line: VirtualLine, portPath: string, mode: 'normal' | 'dfu'): Promise<void> {
  return new Promise((resolve) => {
    const stop = line.bus.subscribe((event) => {
      if (event.kind !== 'arrived' || event.unit.portPath !== portPath || event.unit.mode !== mode) return;
      stop();
      resolve();
    });
  });
}

/** Resolves when the unit on this port has left the bus and is back. */
export function reenumeration(line: VirtualLine, portPath: string): Promise<void> {
  return new Promise((resolve) => {
    let hasLeft = false;
    const stop = line.bus.subscribe((event) => {
      if (event.kind === 'removed' && event.portPath === portPath) hasLeft = true;
      if (event.kind !== 'arrived' || event.unit.portPath !== portPath || !hasLeft) return;
      stop();
      resolve();
    });
  });
}

function start(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  return execa(command, args, { reject: false, stripFinalNewline: false, env });
}
