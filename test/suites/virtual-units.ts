import { createFactoryUnit } from '../../src-main/virtual/unit/factory-unit.ts';
import { type Fault, parseFault } from '../../src-main/virtual/unit/faults.ts';
import { createUnitClock, type VirtualUnit } from '../../src-main/virtual/unit/virtual-unit.ts';
import type { BenchPlatform, BenchUnit } from './bench.ts';

/** Device OS of the units every bench plugs in: one of each way to be identified (device-usb.md 3.1). */
const DEVICE_OS: Readonly<Record<BenchPlatform, string>> = {
  electron: '2.3.1',
  boron: '5.9.0',
  b5som: '6.1.0',
  p2: '5.9.0',
  msom: '6.1.0',
};

const ICCID = '8901410321111851072';

/**
 * Makes a virtual unit and the truth about it, for any bench. `speed` says how much faster than real its chips, boots and modem
 * are; its modules are a tenth of their real size, because no suite is about size.
 */
export function makeBenchUnit(
  platform: BenchPlatform,
  options: {
    readonly number: number;
    readonly faults: readonly string[];
    readonly speed: number;
    readonly portPath: string;
    readonly unplug: () => Promise<void>;
  },
): { readonly unit: VirtualUnit; readonly truth: BenchUnit } {
  const unit = createFactoryUnit(platform, {
    number: options.number,
    faults: options.faults.map(readFault),
    clock: createUnitClock({ speed: options.speed }),
    sim: { iccid: ICCID },
    scale: 0.1,
    turnsModemOn: false,
  });
  return {
    unit,
    truth: {
      platform,
      portPath: options.portPath,
      deviceId: unit.identity.deviceId,
      serialNumber: unit.identity.serialNumber ?? '',
      mobileSecret: unit.identity.mobileSecret,
      imei: unit.modem.imei,
      iccid: ICCID,
      deviceOs: DEVICE_OS[platform],
      unplug: options.unplug,
      readFlash: async (address, sizeBytes) => unit.readFlash(address, sizeBytes),
    },
  };
}

function readFault(text: string): Fault {
  const fault = parseFault(text);
  if (fault === undefined) throw new Error(`there is no fault ${text}`);
  return fault;
}
