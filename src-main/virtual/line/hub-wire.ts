import type { UsbWire } from '../unit/usb-function.ts';

/**
 * The full-speed side of a hub with a single transaction translator: 12 Mb/s for all its ports together, so a transfer waits until the
 * ones before it are over (device-usb.md 8, bandwidth). A chip that is busy says NAK and holds nothing: only the time a transfer
 * spends on the wire is queued here.
 */
export function createHubWire(): UsbWire {
  let last: Promise<void> = Promise.resolve();
  return {
    carry(milliseconds, clock, signal) {
      last = last.then(() => (signal.aborted ? undefined : clock.sleep(milliseconds, signal)));
      return last;
    },
  };
}
