/**
 * USB port paths: bus number, dash, hub ports joined by dots, e.g. `1-1.3` is port 3 of the hub in port 1 of bus 1
 * (device-usb.md 7.6).
 */

/** The shape of a port path; a station file and the learnt slots are checked with it. */
export const PORT_PATH = /^\d{1,3}-\d{1,3}(\.\d{1,3}){0,6}$/;

/** What a port belongs to: the hub it is on (`1-1.3` gives `1-1`), or the bus for a port of the computer itself (`1-1` gives `1`). */
export function hubOf(portPath: string): string {
  const end = Math.max(portPath.lastIndexOf('.'), portPath.indexOf('-'));
  return end < 0 ? portPath : portPath.slice(0, end);
}

/** Whether a port lies behind this hub, directly or through further hubs. */
export function isBehindHub(portPath: string, hub: string): boolean {
  return portPath.startsWith(`${hub}.`);
}
