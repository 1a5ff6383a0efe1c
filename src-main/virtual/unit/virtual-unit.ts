/**
 * A virtual Particle unit: what its maker and its user can do to it.
 *
 *   const unit = createFactoryUnit('boron', { number: 1 });   // factory-unit.ts: plausible identity and factory flash
 *   unit.plugInto(socket);                                    // boots; the socket is told of every enumeration
 *   unit.observe((event) => ...);                             // mode changes, enumerations, DFU visits with their busy time
 *   await unit.whenMode('dfu', { timeoutMs: 10_000 });
 *   unit.readFlash(0xb4000, 4096);                            // what is really there; external flash from 0x80000000 on
 *   unit.setFault({ name: 'no-sim' });                        // faults.ts has the list
 *   unit.unplug();
 *
 * Model times (boot, erase, program, modem) run on `clock`; waits that depend on the host run on `hostTimers`.
 */
import { AssetStorage, type StoredAsset } from './asset-storage.ts';
import { CoProcessor } from './co-processor.ts';
import { installAtFactory, installStaleApplication } from './factory-flash.ts';
import { type Fault, type FaultName, FaultSet } from './faults.ts';
import { FlashMemory } from './flash-memory.ts';
import type { InstalledModule } from './installed-modules.ts';
import { Modem, type UnitSim } from './modem.ts';
import { createUnitClock } from './unit-clock.ts';
import type { UnitHardware } from './unit-hardware.ts';
import type { UnitIdentity } from './unit-identity.ts';
import { UnitLife } from './unit-life.ts';
import { type ControlTransfer, type DfuVisit, UnitMeter } from './unit-meter.ts';
import type { UnitEvent, UnitMode } from './unit-mode.ts';
import type { UnitPlatform } from './unit-platforms.ts';
import { UnitSettings } from './unit-settings.ts';
import type { UnitClock, UsbSocket } from './usb-function.ts';

export { FAULT_NAMES, FAULTS, type Fault, type FaultName, parseFault } from './faults.ts';
export { EXTERNAL_FLASH } from './flash-chips.ts';
export type { UnitSim } from './modem.ts';
export { createUnitClock } from './unit-clock.ts';
export type { UnitIdentity } from './unit-identity.ts';
export type { ControlTransfer, DfuVisit, ReadFigures } from './unit-meter.ts';
export type { UnitEvent, UnitMode } from './unit-mode.ts';
export { UNIT_PLATFORMS, type UnitPlatform, unitPlatform } from './unit-platforms.ts';
export type { Setup, TransferAnswer, UnitClock, UsbFunction, UsbSocket } from './usb-function.ts';

export type VirtualUnitOptions = {
  readonly platform: UnitPlatform;
  readonly identity: UnitIdentity;
  readonly imei: string;
  readonly sim: UnitSim;
  /** Module files as the factory wrote them; each goes to the place its own prefix names. */
  readonly modules: readonly Uint8Array[];
  /** What the co-processor left its own factory with, where that is not what `modules` brings. */
  readonly coProcessorVersion?: number;
  /** nRF below Device OS 4.0: whether the set-up-done mark is already there. */
  readonly isSetupDone?: boolean;
  readonly radioVersion?: string;
  /** Time the modem takes to answer after it is turned on, in ms. */
  readonly modemStartMs?: number;
  /** Whether the application turns the modem on by itself in normal and safe mode, as one that connects does. */
  readonly turnsModemOn?: boolean;
  readonly faults?: readonly Fault[];
  readonly clock?: UnitClock;
  readonly hostTimers?: UnitClock;
};

export type VirtualUnit = {
  readonly platform: UnitPlatform;
  readonly identity: UnitIdentity;
  readonly modem: Modem;
  readonly mode: UnitMode;
  readonly faults: readonly FaultName[];
  /** Gives it power and a bus; a unit is in one socket at a time. */
  plugInto(socket: UsbSocket): void;
  /** Pulls it out at once: pending transfers answer `gone`, a flash operation is left half done. */
  unplug(): void;
  /** Out and in again, in the same socket. Nothing happens to a unit that is not plugged in. */
  powerCycle(): void;
  setFault(fault: Fault): void;
  clearFault(name: FaultName): void;
  /** Returns the function that ends the observation. */
  observe(listener: (event: UnitEvent) => void): () => void;
  /** Resolves when the unit is in this mode; rejects after the time-out, given in real milliseconds. */
  whenMode(mode: UnitMode, options: { readonly timeoutMs: number }): Promise<void>;
  /** A copy of the flash content; throws RangeError outside of it. */
  readFlash(address: number, length: number): Uint8Array;
  /** The modules found in flash now, which need not be what runs. */
  modules(): readonly InstalledModule[];
  /** The assets that lie in it, whole; asked for or not. */
  assets(): readonly StoredAsset[];
  /** All visits to DFU mode so far, with their times and bytes. */
  visits(): readonly DfuVisit[];
  /** The vendor requests to its firmware outside of DFU mode, with their times. */
  requests(): readonly ControlTransfer[];
};

/** Makes a unit as it left the factory, without power. Throws RangeError when a module does not fit its flash. */
export function createVirtualUnit(options: VirtualUnitOptions): VirtualUnit {
  const hardware = assemble(options);
  for (const module of options.modules) installAtFactory(hardware, module);
  if (options.coProcessorVersion !== undefined) hardware.coProcessor?.load(options.coProcessorVersion);
  if (hardware.faults.has('stale-128k-app')) installStaleApplication(hardware);
  return new UnitLife(hardware, options.turnsModemOn ?? true);
}

function assemble(options: VirtualUnitOptions): UnitHardware {
  const { platform, identity, imei, sim } = options;
  const clock = options.clock ?? createUnitClock();
  const faults = new FaultSet(options.faults);
  const meter = new UnitMeter();
  const settings = new UnitSettings();
  if (options.isSetupDone === true) settings.isSetupDone = true;
  const startMs = options.modemStartMs ?? DEFAULT_MODEM_START_MS;
  const radioVersion = options.radioVersion ?? platform.radioVersion;
  const flash = new FlashMemory(platform.banks, { clock, meter, faults });
  const { coProcessorVersion, assetArea } = platform;
  return {
    platform,
    identity,
    flash,
    settings,
    coProcessor: coProcessorVersion === undefined ? undefined : new CoProcessor(coProcessorVersion, clock),
    assets: assetArea === undefined ? undefined : new AssetStorage(flash, assetArea),
    onInstalled: () => {},
    modem: new Modem({ imei, sim, radioVersion, startMs }, { clock, faults }),
    faults,
    meter,
    clock,
    hostTimers: options.hostTimers ?? createUnitClock(),
  };
}

/** Modem power-on takes 5 to 15 s typically, UNVERIFIED (device-usb.md 4.4). */

const DEFAULT_MODEM_START_MS = 6000;
