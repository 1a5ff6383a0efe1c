import { join } from 'node:path';
import type { BindingInterface } from '@serialport/bindings-interface';
import { StationError } from '../../domain/failure.ts';
import type { PortPath, UsbBus, UsbUnit } from '../../ports/usb-bus.ts';
import type { UsbSocket } from '../unit/usb-function.ts';
import { createUsbIpServer, type UsbIpServer } from '../usbip/usbip-server.ts';
import { createConsolePath } from './console-path.ts';
import { createDfuUtilRunner, type DfuUtilRunner } from './dfu-util/in-process-runner.ts';
import { BUS_VARIABLE } from './dfu-util/run-dfu-util.ts';
import { exportedDevice } from './exported-device.ts';
import { createVirtualHub, type VirtualHub } from './hub.ts';
import { createPrivateAddress } from './private-address.ts';
import { createVirtualSerialBinding } from './serial-binding.ts';
import { createVirtualUsbBus } from './usb-bus.virtual.ts';
import { createVirtualHost, type HubTranslators, type VirtualHost } from './virtual-host.ts';

/** A place for a unit: the station's slot name and the USB port path it stands for. */
export type LineSlot = { readonly slot: string; readonly portPath: PortPath };

/** What a line needs of a virtual unit: it goes onto the bus at a socket and comes off again. */
export interface PluggableUnit {
  plugInto(socket: UsbSocket): void;
  unplug(): void;
}

/** How to start a program: the flash tool of the line. `env` is added to the environment. */
export type ProgramCommand = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

/** Virtual units in slots, reached in-process: everything a station needs in place of real USB. */
export interface VirtualLine {
  readonly slots: readonly LineSlot[];
  readonly bus: UsbBus;
  /** For `@serialport/stream`'s `binding` option. */
  readonly serialBinding: BindingInterface;
  readonly consolePath: (unit: UsbUnit) => Promise<string>;
  /** Run as dfu-util is: `command`, then `args`, then dfu-util's own arguments. */
  readonly dfuUtil: ProgramCommand;
  /** The same program inside this process: no start-up, no copy of Node per slot. */
  readonly runDfuUtil: DfuUtilRunner;
  /** Puts a unit into a slot. Throws StationError `slot/unknown`, or `slot/busy` when one is in it. */
  plug(slot: string, unit: PluggableUnit): void;
  /** Pulls the unit out and returns it; undefined when the slot was empty. */
  unplug(slot: string): PluggableUnit | undefined;
  /** Pulls out what is in the slot, if anything, and puts this one in. */
  replace(slot: string, unit: PluggableUnit): void;
  unitIn(slot: string): PluggableUnit | undefined;
  /** The hub in this place, `1-1` for slots at `1-1.1`, `1-1.2` and so on. Throws RangeError where there is none. */
  hub(portPath: PortPath): VirtualHub;
  /** Pulls every unit out, ends the private server and removes its socket. */
  close(): Promise<void>;
}

export type VirtualLineOptions = {
  readonly slots: readonly LineSlot[];
  /** What its hubs are like, if the port paths have any; `one` unless told. */
  readonly hubTranslators?: HubTranslators;
  /** Units that are in their slots from the beginning, by slot. */
  readonly units?: ReadonlyMap<string, PluggableUnit>;
  /**
   * How the flash tool is started when it is not the .ts file beside this one run by this Node: a packed app starts itself again with
   * `--virtual-dfu-util`, because it has no such file.
   */
  readonly dfuUtil?: Pick<ProgramCommand, 'command' | 'args'>;
};

/** Makes a line and plugs its first units in. Rejects with `usb/unavailable` when its private socket cannot be made. */
export async function createVirtualLine(options: VirtualLineOptions): Promise<VirtualLine> {
  const { slots } = options;
  const portPaths = new Map(slots.map(({ slot, portPath }) => [slot, portPath]));
  if (portPaths.size !== slots.length || new Set(portPaths.values()).size !== slots.length) {
    throw new RangeError('two slots of the virtual line have the same name or port path');
  }
  const host = createVirtualHost([...portPaths.values()], options.hubTranslators);
  const serialBinding = createVirtualSerialBinding(host);
  const { address, server, removeAddress } = await startPrivateServer();
  serveHost(host, server);
  const plugged = new Map<string, PluggableUnit>();
  const withoutPower = new Set<PortPath>();

  const portPathOf = (slot: string): PortPath => {
    const portPath = portPaths.get(slot);
    if (portPath === undefined) throw new StationError('slot/unknown', `the virtual line has no slot ${slot}`);
    return portPath;
  };
  const line: VirtualLine = {
    slots,
    bus: createVirtualUsbBus(host),
    serialBinding,
    consolePath: createConsolePath(host),
    dfuUtil: { ...(options.dfuUtil ?? OWN_DFU_UTIL), env: { [BUS_VARIABLE]: address } },
    runDfuUtil: createDfuUtilRunner(host),
    plug(slot, unit) {
      const socket = host.socket(portPathOf(slot));
      if (plugged.has(slot)) throw new StationError('slot/busy', `a virtual unit is in slot ${slot} already`);
      plugged.set(slot, unit);
      if (!withoutPower.has(portPathOf(slot))) unit.plugInto(socket);
    },
    unplug(slot) {
      portPathOf(slot);
      const unit = plugged.get(slot);
      plugged.delete(slot);
      unit?.unplug();
      return unit;
    },
    replace(slot, unit) {
      line.unplug(slot);
      line.plug(slot, unit);
    },
    unitIn: (slot) => plugged.get(slot),
    hub: (hubPath) =>
      createVirtualHub(hubPath, host, {
        cut(isBehind) {
          for (const { slot, portPath } of slots.filter((one) => isBehind(one.portPath))) {
            withoutPower.add(portPath);
            plugged.get(slot)?.unplug();
          }
        },
        restore(isBehind) {
          for (const { slot, portPath } of slots.filter((one) => isBehind(one.portPath))) {
            if (withoutPower.delete(portPath)) plugged.get(slot)?.plugInto(host.socket(portPath));
          }
        },
      }),
    async close() {
      for (const { slot } of slots) line.unplug(slot);
      await line.bus.close();
      host.close();
      await server.close();
      await removeAddress();
    },
  };
  for (const [slot, unit] of options.units ?? []) line.plug(slot, unit);
  return line;
}

const OWN_DFU_UTIL = { command: process.execPath, args: [join(import.meta.dirname, 'dfu-util.ts')] };

async function startPrivateServer(): Promise<{
  readonly address: string;
  readonly server: UsbIpServer;
  removeAddress(): Promise<void>;
}> {
  try {
    const { path, remove } = await createPrivateAddress();
    const server = await createUsbIpServer({ path });
    return { address: path, server, removeAddress: remove };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StationError('usb/unavailable', `the virtual line cannot make its private socket: ${why}`, { cause });
  }
}

/** Offers every configured unit to the flash tool under its port path, which is dfu-util's `-p`. */
function serveHost(host: VirtualHost, server: UsbIpServer): void {
  host.subscribe((event) => {
    if (event.kind === 'arrived')
      server.offer({ device: exportedDevice(event.unit), usbFunction: event.unit.usbFunction });
    if (event.kind === 'removed') server.withdraw(event.unit.portPath);
  });
}
