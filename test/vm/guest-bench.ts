import { setTimeout as sleep } from 'node:timers/promises';
import type { PlatformName } from '../../src-main/domain/platform.ts';
import type { UnitMode } from '../../src-main/virtual/unit/virtual-unit.ts';
import type { BenchUnit } from './guest/bench.ts';
import type { Guest } from './lab/guest.ts';
import type { Ended } from './lab/guest-channel.ts';

/** A virtual unit on the guest's kernel, as seen from the host. */
export type UnitInGuest = BenchUnit & {
  modeOf(): Promise<UnitMode>;
  waitForMode(mode: UnitMode): Promise<void>;
  /** SHA-256 of what is really in its flash, read behind the back of USB. */
  flashDigest(address: number, length: number): Promise<string>;
  /** The tty the kernel made for it, e.g. `/dev/ttyACM0`; waits for it, since it follows the unit by some time. */
  tty(): Promise<string>;
  pull(): Promise<void>;
  plug(): Promise<void>;
};

const module = 'test/vm/guest/bench.ts';

/** Plugs fresh units into the guest's kernel; the ones before them are pulled out. */
export async function openBench(
  guest: Guest,
  platforms: readonly PlatformName[],
  options: { readonly speed?: number; readonly scale?: number } = {},
): Promise<readonly UnitInGuest[]> {
  const units = await guest.call<readonly BenchUnit[]>(module, 'open', { platforms, ...options }, 120_000);
  return units.map((facts, unit) => ({
    ...facts,
    modeOf: () => guest.call(module, 'modeOf', { unit }),
    waitForMode: (mode) => guest.call(module, 'waitForMode', { unit, mode, timeoutMs: 60_000 }, 90_000),
    flashDigest: (address, length) => guest.call(module, 'flashDigest', { unit, address, length }),
    tty: () => ttyOf(guest, facts.portPath),
    pull: () => guest.call(module, 'pull', { unit }),
    plug: () => guest.call(module, 'plug', { unit }),
  }));
}

/** Pulls all units; what went wrong with them unasked is returned. */
export function closeBench(guest: Guest): Promise<readonly string[]> {
  return guest.call(module, 'close', {}, 30_000);
}

/** Tries until `look` gives something; under emulation kernel and udev take their time. */
export async function eventually<Value>(what: string, look: () => Promise<Value | undefined>): Promise<Value> {
  const giveUpAt = Date.now() + 60_000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > giveUpAt) throw new Error(`never seen in the guest: ${what}`);
    await sleep(200);
  }
}

async function ttyOf(guest: Guest, portPath: string): Promise<string> {
  return eventually(`a tty on ${portPath}`, async () => {
    const { stdout } = await guest.run(['sh', '-c', `ls /sys/bus/usb/devices/${portPath}:1.[01]/tty`]);
    const name = stdout.trim();
    return name === '' ? undefined : `/dev/${name}`;
  });
}

/** The result, or an error that holds everything the program said. */
export function succeeded(ended: Ended, what: string): Ended {
  if (ended.status === 0) return ended;
  const why = ended.timedOut ? 'reached its deadline' : `ended with status ${ended.status}`;
  throw new Error(`${what} ${why}\n${ended.stdout}\n${ended.stderr}`);
}

/** Runs the guest's own dfu-util to success. */
export async function dfuUtil(guest: Guest, ...words: string[]): Promise<Ended> {
  const ended = await guest.run(['dfu-util', ...words], { timeoutMs: 180_000 });
  return succeeded(ended, `dfu-util ${words.join(' ')}`);
}

/** By the 14400 touch, which every Device OS knows; resolves when the kernel has the unit in DFU mode. */
export async function enterDfu(guest: Guest, unit: UnitInGuest): Promise<void> {
  await guest.call('test/vm/guest/serial.ts', 'touch', { tty: await unit.tty(), baudRate: 14_400 });
  await unit.waitForMode('dfu');
  await eventually(`DFU mode on ${unit.portPath}`, async () => {
    const { stdout } = await guest.run(['cat', `/sys/bus/usb/devices/${unit.portPath}:1.0/bInterfaceClass`]);
    return stdout.trim() === 'fe' ? true : undefined;
  });
}
