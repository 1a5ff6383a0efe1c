import type { PlatformName } from '../../src-main/domain/platform.ts';
import { bootLab } from '../../test/vm/lab/guest.ts';
import { prepareLab } from '../../test/vm/lab/prepared-lab.ts';
import type { PlainRun } from './plain-program.ts';
import type { StationRun } from './station-run.ts';

/** What was measured in the virtual machine, or the sentence why nothing was. */
export type VmMeasurement =
  | { readonly unavailable: string }
  | { readonly kernel: string; readonly station: readonly StationRun[]; readonly plain: readonly PlainRun[] };

/**
 * The same in a virtual machine in deterministic time (usb-lab.md 5): the real dfu-util, libusb, serialport and kernel, the
 * station and dfu-util alone in turns. Times are the guest's; the wait on this side is several times longer.
 */
export async function measureInVm(
  { platform, runs, slots }: { readonly platform: PlatformName; readonly runs: number; readonly slots: number },
  say: (text: string) => void,
): Promise<VmMeasurement> {
  const { missing } = await prepareLab();
  if (missing !== undefined) return { unavailable: `The virtual machine does not run here: ${missing}` };
  say('Booting the virtual machine, in deterministic time ...');
  const guest = await bootLab({ countInstructions: true, deadlineMs: runs * 2 * CALL_MS });
  try {
    const call = <Value>(name: string): Promise<Value> =>
      guest.call<Value>('scripts/bench/guest.ts', name, { platform, units: slots }, CALL_MS);
    const station: StationRun[] = [];
    const plain: PlainRun[] = [];
    for (let run = 1; run <= runs; run += 1) {
      const built = await call<readonly StationRun[]>('stationRun');
      station.push(...built);
      for (const { slot, visit } of built) say(`  slot ${slot}: wall/busy ${visit.ratio.toFixed(3)}`);
      const alone = await call<PlainRun>('plainRun');
      say(`  the real dfu-util alone: wall/busy ${alone.visit.ratio.toFixed(3)}`);
      plain.push(alone);
    }
    return { kernel: guest.kernel, station, plain };
  } finally {
    await guest.stop();
  }
}

/** One run takes some two minutes on an idle computer. */
const CALL_MS = 900_000;
