import { isBehindHub } from '../../domain/port-path.ts';
import type { PortPath } from '../../ports/usb-bus.ts';
import type { VirtualHost } from './virtual-host.ts';

/** A hub between the host and its units: what a hand, a bad cable or a weak supply does to everything behind it at once. */
export interface VirtualHub {
  readonly portPath: PortPath;
  /** It leaves the bus and comes back: every unit behind it enumerates anew, with another address, and otherwise goes on as it was. */
  reset(): void;
  /** Its cable is pulled: nothing behind it is on the bus. Units that have a supply of their own go on running. */
  unplug(): void;
  plugIn(): void;
  /** Its supply fails: the units behind it stop in the middle of what they do, as if each had been pulled out. */
  cutPower(): void;
  /** The supply is back: the units start again. */
  restorePower(): void;
}

/** What power is cut from: the units in the ports of a line. */
export type HubSupply = {
  readonly cut: (isBehind: (portPath: PortPath) => boolean) => void;
  readonly restore: (isBehind: (portPath: PortPath) => boolean) => void;
};

/** The hub at this place of the host. Throws RangeError where no port of the host lies behind such a hub. */
export function createVirtualHub(portPath: PortPath, host: VirtualHost, supply: HubSupply): VirtualHub {
  const isBehind = (path: PortPath): boolean => isBehindHub(path, portPath);
  if (!host.portPaths.some(isBehind)) throw new RangeError(`the virtual line has no hub ${portPath}`);
  return {
    portPath,
    reset() {
      host.sever(isBehind);
      host.rejoin(isBehind);
    },
    unplug: () => host.sever(isBehind),
    plugIn: () => host.rejoin(isBehind),
    cutPower: () => supply.cut(isBehind),
    restorePower: () => supply.restore(isBehind),
  };
}
