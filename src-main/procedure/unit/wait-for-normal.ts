import { failure, ok, type Result } from '../../domain/failure.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import type { StepContext } from '../procedure.ts';
import { withinTime } from '../time.ts';

/** How long a unit may be away for a restart of its own (device-usb.md 9, suggested budgets, 30 s for what needs no update). */
const RETURN_MS = 30_000;

/**
 * The unit in normal mode, where it is or comes back to after a restart of its own. Refused with `restart/still-in-dfu` when it stands in
 * DFU mode, with `unit/unplugged` when it is away: it had its time then, and is lost from now on.
 */
export async function waitForNormal({
  presence,
  signal,
  budget,
}: Pick<StepContext, 'presence' | 'signal' | 'budget'>): Promise<Result<UsbUnit>> {
  const unit = await withinTime(budget(RETURN_MS), signal, (limit) =>
    presence.waitFor(({ mode }) => mode === 'normal', limit),
  );
  if (unit !== undefined) return ok(unit);
  presence.forbidRestart(); // if it is away it is lost now, and no further try is made
  if (presence.current() === undefined) {
    return { ok: false, failure: failure('unit/unplugged', 'The unit is gone and did not come back.') };
  }
  const detail = 'The unit fell back into DFU mode: its bootloader finds no valid firmware.';
  return { ok: false, failure: failure('restart/still-in-dfu', detail) };
}
