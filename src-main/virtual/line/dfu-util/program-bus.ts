import { type ImportedUnit, importUnit } from '../../usbip/usbip-client.ts';
import { listUnits } from '../../usbip/usbip-operations.ts';
import type { ExportedDevice } from '../../usbip/usbip-protocol.ts';

/** How the program reaches units: over the socket of a line, or in the line's own process. One user per unit at a time. */
export type ProgramBus = {
  /** Every unit there is. Rejects when the bus cannot be reached. */
  list(): Promise<readonly ExportedDevice[]>;
  /** The unit on this port path, for this program alone. */
  open(busId: string): Promise<ImportedUnit | 'busy' | 'absent'>;
};

/** The units that a USB/IP server offers at this socket or named pipe. */
export function socketBus(path: string): ProgramBus {
  return {
    list: () => listUnits({ path }, BUS_TIMEOUT_MS),
    open: (busId) => importUnit({ path }, busId, BUS_TIMEOUT_MS),
  };
}

const BUS_TIMEOUT_MS = 5000;
