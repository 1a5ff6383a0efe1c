import { setTimeout as sleep } from 'node:timers/promises';
import { createConsolePath } from '../../src-main/adapters/usb/console-path.list.ts';
import { createDfuUtilFlasher } from '../../src-main/adapters/usb/flasher.dfu-util.ts';
import { createUnitConsole } from '../../src-main/adapters/usb/unit-console.serialport.ts';
import { createUnitControl } from '../../src-main/adapters/usb/unit-control.ts';
import { createNodeUsbBus } from '../../src-main/adapters/usb/usb-bus.node-usb.ts';
import { createRehearsalBench } from '../../src-main/virtual/line/rehearsal-bench.ts';
import type { VirtualUnit } from '../../src-main/virtual/unit/virtual-unit.ts';
import type { Bench } from './bench.ts';
import { makeBenchUnit } from './virtual-units.ts';

const SPEED = 20;
const PATIENCE_MS = 120_000;
const LOOK_MS = 20;

/**
 * The same virtual units as USB devices of this computer's kernel, under the real `usb`, serialport and dfu-util. Needs Linux with
 * vhci-hcd, and root: the virtual machine of test/vm, or a PC made for it. Patient, because an emulated processor is slow.
 */
export async function openRehearsalBench(): Promise<Bench> {
  const ports = await createRehearsalBench({
    units: [],
    ports: 2,
    onTrouble: (portPath, failure) => console.error(`${portPath}: ${failure.code} ${failure.detail}`),
  });
  const bus = createNodeUsbBus();
  const plugged = new Map<string, VirtualUnit>();
  const unplug = async (portPath: string): Promise<void> => {
    plugged.get(portPath)?.unplug();
    plugged.delete(portPath);
  };
  let number = 0;
  return {
    bus,
    control: createUnitControl(bus),
    console: createUnitConsole({ consolePath: createConsolePath() }),
    flasher: createDfuUtilFlasher({ command: 'dfu-util', bus }),
    patienceMs: PATIENCE_MS,
    async plugIn(platform, faults = []) {
      const portPath = ports.portPaths.find((path) => !plugged.has(path));
      if (portPath === undefined) throw new Error('both ports are in use');
      number += 1;
      const { unit, truth } = makeBenchUnit(platform, {
        number,
        faults,
        speed: SPEED,
        portPath,
        unplug: () => unplug(portPath),
      });
      plugged.set(portPath, unit);
      unit.plugInto(ports.socket(portPath));
      return truth;
    },
    async clear() {
      for (const portPath of [...plugged.keys()]) await unplug(portPath);
      const giveUpAt = Date.now() + PATIENCE_MS;
      while ((await bus.list()).length > 0) {
        if (Date.now() > giveUpAt) throw new Error('the bus does not get empty');
        await sleep(LOOK_MS);
      }
    },
    async close() {
      for (const portPath of [...plugged.keys()]) await unplug(portPath);
      await bus.close();
      await ports.close();
    },
  };
}
