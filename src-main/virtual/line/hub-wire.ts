import type { UsbWire } from '../unit/usb-function.ts';

/**
 * The full-speed side of a hub with a single transaction translator: 12 Mb/s for all its ports together (device-usb.md 8, bandwidth),
 * so a transfer waits until those before it are over. A chip that is busy says NAK and holds nothing: only the time a transfer spends
 * on the wire is queued here. Transfers take their turns whole, where a host controller would interleave them by the frame: who waits
 * changes, the sum does not.
 *
 * Returns a function that gives each port its end of the wire. All units on one wire live by one clock.
 */
export function createHubWire(): () => UsbWire {
  let freeAt = Number.NEGATIVE_INFINITY;
  let last: UsbWire | undefined;
  return () => {
    const own: UsbWire = {
      carry(milliseconds, clock, signal) {
        // Turns are booked by the clock and not handed over by timers: a late timer makes one transfer late, not the whole queue. What a
        // unit booked last for itself is over, whatever the clock says: it saves the shortest sleeps up (unit-clock.ts).
        const now = clock.now();
        const begins = last === own ? now : Math.max(now, freeAt);
        freeAt = Math.max(freeAt, begins + milliseconds);
        last = own;
        return clock.sleep(begins + milliseconds - now, signal);
      },
    };
    return own;
  };
}
