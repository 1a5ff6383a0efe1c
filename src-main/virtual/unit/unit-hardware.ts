import type { AssetStorage } from './asset-storage.ts';
import type { BootDecision, StartWish } from './boot.ts';
import type { CoProcessor } from './co-processor.ts';
import type { FaultSet } from './faults.ts';
import type { FlashMemory } from './flash-memory.ts';
import type { Modem } from './modem.ts';
import type { UnitIdentity } from './unit-identity.ts';
import type { UnitMeter } from './unit-meter.ts';
import type { UnitPlatform } from './unit-platforms.ts';
import type { UnitSettings } from './unit-settings.ts';
import type { UnitClock } from './usb-function.ts';

/** The parts of a unit that outlive a restart. */
export type UnitHardware = {
  readonly platform: UnitPlatform;
  identity: UnitIdentity;
  readonly flash: FlashMemory;
  readonly settings: UnitSettings;
  readonly modem: Modem;
  /** Where the platform has an updatable one. */
  readonly coProcessor: CoProcessor | undefined;
  /** Where the platform has a place for assets. */
  readonly assets: AssetStorage | undefined;
  readonly faults: FaultSet;
  readonly meter: UnitMeter;
  readonly clock: UnitClock;
  /** For waits that depend on what the host does (listening time-out, unread port); not scaled with the chips. */
  readonly hostTimers: UnitClock;
  /** Hears of every piece of an update that was written to its place. */
  onInstalled(bytes: number): void;
};

/** One run of a unit from reset to reset, as its firmware sees it. */
export type Session = {
  readonly boot: BootDecision;
  /** Aborts when the session ends: reset, power cut, unplugged. */
  readonly power: AbortSignal;
  /** Ends the session; the unit starts again as wished. */
  restart(wish: StartWish): void;
  /** The plug is pulled out by the fault of that name. */
  pullPlug(): void;
  isListening(): boolean;
  setListening(listening: boolean): void;
};
