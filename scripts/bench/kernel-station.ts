import { openAuditLog } from '../../src-main/adapters/audit/audit-log.sqlite.ts';
import { createHttpCloud } from '../../src-main/adapters/cloud/cloud.http.ts';
import { openSimImports } from '../../src-main/adapters/identity/sim-imports.sqlite.ts';
import { createConsolePath } from '../../src-main/adapters/usb/console-path.list.ts';
import { createDfuUtilFlasher } from '../../src-main/adapters/usb/flasher.dfu-util.ts';
import { createUnitConsole } from '../../src-main/adapters/usb/unit-console.serialport.ts';
import { createUnitControl } from '../../src-main/adapters/usb/unit-control.ts';
import { createNodeUsbBus } from '../../src-main/adapters/usb/usb-bus.node-usb.ts';
import { type BuiltStation, startStation } from '../../src-main/build-station.ts';
import { demoProductId } from '../../src-main/demo-recipe.ts';
import type { Recipe } from '../../src-main/firmware/recipe.ts';
import { createVirtualCloud } from '../../src-main/virtual/cloud/virtual-cloud.ts';
import type { VirtualUnit } from '../../src-main/virtual/unit/virtual-unit.ts';
import { factoryRecord } from '../../src-main/virtual-bench.ts';

/** Units that a real kernel sees, one slot each, and the recipe to build them by. `data` is the station's folder. */
export type KernelLine = {
  readonly units: readonly VirtualUnit[];
  readonly portPaths: readonly string[];
  readonly recipe: Recipe;
  readonly data: string;
};

/** Works with the station of a real line: usb, serialport, dfu-util; its cloud on loopback. Slots are named from 1. */
export async function withKernelStation<Value>(
  { units, portPaths, recipe, data }: KernelLine,
  work: (built: BuiltStation) => Promise<Value>,
): Promise<Value> {
  const { platform } = recipe;
  const cloud = await createVirtualCloud({
    products: [{ id: demoProductId(platform), platformId: platform.id }],
    units: units.map((unit) => factoryRecord(unit, platform)),
  });
  try {
    const bus = createNodeUsbBus();
    const built = startStation(
      {
        bus,
        control: createUnitControl(bus),
        console: createUnitConsole({ consolePath: createConsolePath() }),
        flasher: createDfuUtilFlasher({ command: 'dfu-util', bus }),
        cloud: createHttpCloud({ baseUrl: cloud.baseUrl, token: async () => cloud.token, appVersion: 'bench' }),
        audit: openAuditLog(data),
        simImports: openSimImports(data),
      },
      {
        ...{ name: 'bench', virtual: true, speed: 1, patience: 1, batch: 'bench' },
        slots: portPaths.map((portPath, index) => ({ name: String(index + 1), portPath, recipe })),
      },
    );
    try {
      return await work(built);
    } finally {
      await built.close();
    }
  } finally {
    await cloud.close();
  }
}
