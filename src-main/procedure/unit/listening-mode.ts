import { failure, type Result, StationError } from '../../domain/failure.ts';
import type { Ports } from '../../ports/ports.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';

/**
 * Puts the unit into listening mode, where the console answers: request 70, or the 28800 baud touch on firmware without the
 * request (removed in 6.0.0, where the request always exists: device-usb.md 3.1). Already listening is fine.
 */
export async function startListening(
  unit: UsbUnit,
  options: {
    readonly ports: Pick<Ports, 'control' | 'console'>;
    readonly signal: AbortSignal;
    readonly budget: (milliseconds: number) => number;
  },
): Promise<Result<null>> {
  const { ports, signal, budget } = options;
  const session = await ports.control.open(unit, signal);
  try {
    const answer = await session.startListening();
    if (!('refused' in answer)) return { ok: true, value: null };
    if (answer.refused !== NOT_SUPPORTED) {
      const detail = `The unit refused listening mode with ${answer.refused}.`;
      return { ok: false, failure: failure('unit/no-answer', detail, { result: answer.refused }) };
    }
  } catch (thrown) {
    if (!(thrown instanceof StationError) || thrown.evidence?.reason !== 'stall') throw thrown;
  } finally {
    await session.close();
  }
  await ports.console.touch(unit, 28800, { timeoutMs: budget(TOUCH_MS), signal });
  return { ok: true, value: null };
}

/** Ends listening mode so that the unit leaves the line as it starts in the field. */
export async function stopListening(unit: UsbUnit, ports: Pick<Ports, 'control'>, signal: AbortSignal): Promise<void> {
  const session = await ports.control.open(unit, signal);
  try {
    await session.stopListening();
  } finally {
    await session.close();
  }
}

const TOUCH_MS = 5000;

/** Result code -120, "not supported" (device-usb.md 5.6). */
export const NOT_SUPPORTED = -120;
