import type { UsbUnit } from '../../ports/usb-bus.ts';
import type { StepContext } from '../procedure.ts';
import { withinTime } from '../time.ts';

/** How long a unit may take from the leave request to a settled mode, DFU again included. */
const SETTLE_MS = 15_000;
const STALL_MS = 10_000;

/**
 * Sends a unit out of DFU mode without writing a byte: a short read of its internal flash with a leave at the end. Resolves with
 * the unit in normal mode, or in DFU mode when its bootloader finds nothing to start.
 */
export async function leaveDfuUnwritten(
  unit: UsbUnit,
  { ports, presence, signal, budget }: Pick<StepContext, 'ports' | 'presence' | 'signal' | 'budget'>,
): Promise<UsbUnit> {
  presence.allowRestart();
  const address = unit.platform.mcu === 'nrf52840' ? 0x1000 : 0x0800_0000; // readable start of internal flash (device-usb.md 2.5)
  await ports.flasher.readBack(
    { unit, alt: 0, address, sizeBytes: 64, leave: true },
    { signal, stallMs: budget(STALL_MS) },
  );
  const settled = await withinTime(budget(SETTLE_MS), signal, (limit) =>
    presence.waitFor(({ mode, address: enumeration }) => mode === 'normal' || enumeration !== unit.address, limit),
  );
  return settled ?? (await presence.waitFor(() => true, signal));
}
