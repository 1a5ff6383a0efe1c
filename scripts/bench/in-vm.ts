import type { PlatformName } from '../../src-main/domain/platform.ts';
import { bootLab } from '../../test/vm/lab/guest.ts';
import { prepareLab } from '../../test/vm/lab/prepared-lab.ts';
import type { PlainRun } from './plain-program.ts';
import type { StationRun } from './station-run.ts';

/** What was measured in the virtual machine, or the sentence why nothing was. */
export type VmMeasurement =
  | { readonly unavailable: string }
  | { readonly kernel: string; readonly station: readonly StationRun[]; readonly plain: PlainRun };

/**
 * The same in a virtual machine in deterministic time (usb-lab.md 5): the real dfu-util, libusb, serialport and kernel, first the
 * station, then dfu-util alone. Times are the guest's; the wait on this side is several times longer.
 */
export async function measureInVm(
  platform: PlatformName,
  units: number,
  say: (text: string) => void,
): Promise<VmMeasurement> {
  const { missing } = await prepareLab();
  if (missing !== undefined) return { unavailable: `The virtual machine does not run here: ${missing}` };
  say('Booting the virtual machine, in deterministic time ...');
  const guest = await bootLab({ countInstructions: true, deadlineMs: DEADLINE_MS });
  try {
    const call = <Value>(name: string): Promise<Value> =>
      guest.call<Value>('scripts/bench/guest.ts', name, { platform, units }, DEADLINE_MS);
    say('The station with the real dfu-util ...');
    const station = await call<readonly StationRun[]>('stationRun');
    say('The real dfu-util alone ...');
    const plain = await call<PlainRun>('plainRun');
    return { kernel: guest.kernel, station, plain };
  } finally {
    await guest.stop();
  }
}

const DEADLINE_MS = 1_800_000;
