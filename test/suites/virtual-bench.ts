import { createDfuUtilFlasher } from '../../src-main/adapters/usb/flasher.dfu-util.ts';
import { createUnitConsole } from '../../src-main/adapters/usb/unit-console.serialport.ts';
import { createUnitControl } from '../../src-main/adapters/usb/unit-control.ts';
import { createVirtualLine } from '../../src-main/virtual/line/virtual-line.ts';
import type { Bench } from './bench.ts';
import { makeBenchUnit } from './virtual-units.ts';

const SLOTS = [
  { slot: 'one', portPath: '1-1' },
  { slot: 'two', portPath: '1-2.3' },
];
const SPEED = 50;

/** The in-process virtual line as a bench: nothing above the wire knows that there is no wire. */
export async function openVirtualBench(): Promise<Bench> {
  const line = await createVirtualLine({ slots: SLOTS });
  let number = 0;
  return {
    bus: line.bus,
    control: createUnitControl(line.bus),
    console: createUnitConsole({ binding: line.serialBinding, consolePath: line.consolePath }),
    flasher: createDfuUtilFlasher({ run: line.runDfuUtil, bus: line.bus, selectByPath: true }),
    patienceMs: 15_000,
    async plugIn(platform, faults = []) {
      const free = SLOTS.find(({ slot }) => line.unitIn(slot) === undefined);
      if (free === undefined) throw new Error('both ports are in use');
      number += 1;
      const { unit, truth } = makeBenchUnit(platform, {
        number,
        faults,
        speed: SPEED,
        portPath: free.portPath,
        unplug: async () => void line.unplug(free.slot),
      });
      line.plug(free.slot, unit);
      return truth;
    },
    async clear() {
      for (const { slot } of SLOTS) line.unplug(slot);
    },
    close: () => line.close(),
  };
}
