import { createHash } from 'node:crypto';
import type { PlatformName } from '../../../src-main/domain/platform.ts';
import { createRehearsalBench, type RehearsalBench } from '../../../src-main/virtual/line/rehearsal-bench.ts';
import { createFactoryUnit } from '../../../src-main/virtual/unit/factory-unit.ts';
import { createUnitClock, type UnitMode, type VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';

// Runs inside the guest's agent: the virtual units live there, next to the kernel that sees them as USB devices.

/** What the host may know about a unit without asking the unit over USB. */
export type BenchUnit = {
  readonly portPath: string;
  readonly deviceId: string;
  readonly serialNumber: string;
  readonly imei: string;
  readonly iccid: string;
};

let bench: RehearsalBench | undefined;
let units: readonly VirtualUnit[] = [];
let troubles: string[] = [];

/** Plugs one unit of each platform into the kernel. `speed`: how many times faster than the real chips. */
export async function open(input: {
  readonly platforms: readonly PlatformName[];
  readonly speed?: number;
  readonly scale?: number;
}): Promise<readonly BenchUnit[]> {
  await close();
  const clock = createUnitClock({ speed: input.speed ?? 1 });
  units = input.platforms.map((platform, index) =>
    createFactoryUnit(platform, { number: index + 1, clock, scale: input.scale ?? 0.1 }),
  );
  const opened = await createRehearsalBench({
    units,
    onTrouble: (portPath, failure) => troubles.push(`${portPath}: ${failure.code} ${failure.detail}`),
  });
  bench = opened;
  return units.map((unit, index) => ({
    portPath: opened.portPaths[index] ?? '',
    deviceId: unit.identity.deviceId,
    serialNumber: unit.identity.serialNumber ?? '',
    imei: unit.modem.imei ?? '',
    iccid: unit.modem.sim === 'none' ? '' : unit.modem.sim.iccid,
  }));
}

/** Pulls every unit out; resolves with what went wrong while they were plugged in. */
export async function close(): Promise<readonly string[]> {
  await bench?.close();
  bench = undefined;
  units = [];
  const heard = troubles;
  troubles = [];
  return heard;
}

export async function waitForMode(input: {
  readonly unit: number;
  readonly mode: UnitMode;
  readonly timeoutMs: number;
}) {
  await unitAt(input.unit).whenMode(input.mode, { timeoutMs: input.timeoutMs });
}

export function modeOf(input: { readonly unit: number }): UnitMode {
  return unitAt(input.unit).mode;
}

/** SHA-256, in hex, of what is really in the flash of a unit. */
export function flashDigest(input: {
  readonly unit: number;
  readonly address: number;
  readonly length: number;
}): string {
  const content = unitAt(input.unit).readFlash(input.address, input.length);
  return createHash('sha256').update(content).digest('hex');
}

export function pull(input: { readonly unit: number }): void {
  unitAt(input.unit).unplug();
}

/** Puts a pulled unit back into its port. */
export function plug(input: { readonly unit: number }): void {
  const portPath = bench?.portPaths[input.unit] ?? '';
  const socket = bench?.socket(portPath);
  if (socket) unitAt(input.unit).plugInto(socket);
}

function unitAt(index: number): VirtualUnit {
  const unit = units[index];
  if (!unit) throw new Error(`The bench has no unit ${index}.`);
  return unit;
}
