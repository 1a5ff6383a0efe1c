import { DFU_IN, DFU_OUT, DFU_REQUEST } from '../../protocol/dfu.ts';
import { bootloaderEra } from './device-os-era.ts';
import { DFU_STRINGS, dfuDescriptors } from './dfu-descriptors.ts';
import { NrfDfuMachine } from './dfu-machine-nrf.ts';
import { Stm32DfuMachine } from './dfu-machine-stm32.ts';
import { DfuMemory } from './dfu-memory.ts';
import type { UsbFirmware } from './enumeration.ts';
import { INTERFACE_GUID, MICROSOFT_VENDOR_CODE, microsoftDescriptor } from './microsoft-descriptors.ts';
import { StandardRequests } from './standard-requests.ts';
import type { Session, UnitHardware } from './unit-hardware.ts';
import type { Setup } from './usb-function.ts';

/** The bootloader on the bus: DFU interface, nothing else. Vendor requests of the control channel stall (device-usb.md 5.2). */
export function dfuMode(hardware: UnitHardware, session: Session): UsbFirmware {
  const { platform, clock, faults, meter } = hardware;
  const bootloader = session.boot.modules.find((module) => module.function === 'bootloader' && module.index === 0);
  const era = bootloaderEra(platform.family, bootloader?.version ?? 0);
  const memory = new DfuMemory(hardware, era, session);
  const surroundings = {
    clock,
    power: session.power,
    vendorErrorString: DFU_STRINGS[platform.family].vendorError,
    isProtected: () => era.hasProtection && faults.has('protected'),
    restart: session.restart,
  };
  const machine =
    platform.family === 'stm32'
      ? new Stm32DfuMachine(memory, era, surroundings)
      : new NrfDfuMachine(memory, era, surroundings);
  const standard = new StandardRequests(dfuDescriptors(platform, era, hardware.identity, faults), (_, alternate) => {
    memory.alternate = alternate;
  });
  let downloadedBytes = 0;
  return {
    control: async (setup, data) => {
      switch (setup.requestType) {
        case DFU_IN:
        case DFU_OUT:
          if (isData(setup)) {
            downloadedBytes += data.length;
            if (downloadedBytes >= (faults.number('unplug-at-byte') ?? Number.POSITIVE_INFINITY)) {
              faults.clear('unplug-at-byte');
              session.pullPlug();
              return 'stall';
            }
          }
          return machine.request(setup, data);
        case 0xc0:
        case 0xc1: {
          if (!era.hasMicrosoftDescriptors || setup.request !== MICROSOFT_VENDOR_CODE) return 'stall';
          const answer = microsoftDescriptor(setup.index, 0, INTERFACE_GUID.dfu);
          return answer === undefined ? 'stall' : { data: answer };
        }
        default:
          return isStandard(setup) ? standard.answer(setup) : 'stall';
      }
    },
    transferOut: async () => 'stall',
    transferIn: async () => 'stall',
    onWire: (milliseconds, setup) => {
      if (setup.requestType === DFU_IN || setup.requestType === DFU_OUT) meter.transfer(clock.now(), milliseconds);
    },
  };
}

/** Bits 5 and 6 of bmRequestType: 0 is a standard request. */
export function isStandard(setup: Setup): boolean {
  return (setup.requestType & 0x60) === 0;
}

function isData(setup: Setup): boolean {
  return setup.requestType === DFU_OUT && setup.request === DFU_REQUEST.download && setup.value >= 2;
}
