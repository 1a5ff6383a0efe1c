import type { InstalledModule } from './installed-modules.ts';
import type { UnitClock } from './usb-function.ts';

/**
 * The ESP32 of Argon and Tracker with firmware of its own. The main processor only knows its version number; an update goes into a
 * second half of its flash and counts once it is whole (UNVERIFIED, as usual with that chip), so that an interruption leaves the old one.
 */
export class CoProcessor {
  #version: number;
  readonly #clock: UnitClock;

  constructor(version: number, clock: UnitClock) {
    this.#version = version;
    this.#clock = clock;
  }

  get version(): number {
    return this.#version;
  }

  /** Sends an image over the serial line between the two, which takes minutes. False when power failed. */
  async update(version: number, imageBytes: number, power: AbortSignal): Promise<boolean> {
    await this.#clock.sleep((imageBytes / BYTES_PER_SECOND) * 1000, power);
    if (power.aborted) return false;
    this.#version = version;
    return true;
  }

  /** As the factory wrote it. */
  load(version: number): void {
    this.#version = version;
  }

  /** Its row in the module list: no size, all checks taken for passed, the version for a hash (firmware-modules.md 7.1). */
  asModule(): InstalledModule {
    const hash = new Uint8Array(32);
    const view = new DataView(hash.buffer);
    for (let at = 0; at < hash.length; at += 2) view.setUint16(at, this.#version, true);
    return {
      slot: CO_PROCESSOR_SLOT,
      address: CO_PROCESSOR_SLOT.address,
      function: 'ncp',
      index: 0,
      version: this.#version,
      dependencies: [],
      hash,
      sizeBytes: 0,
      maxSizeBytes: CO_PROCESSOR_SLOT.sizeBytes,
      isIntact: true,
      isRightPlatform: true,
      isInRange: true,
      isStartable: true,
      hasDependencies: true,
    };
  }
}

/** Device OS tells the target processor of such a module by the reserved byte of its prefix (firmware-modules.md 1.2). */
export const ESP32_TARGET = 33;

/** It is in no flash that the main processor reads. */
export const CO_PROCESSOR_SLOT = {
  function: 'ncp',
  index: 0,
  address: 0,
  sizeBytes: 1500 * 1024,
  prefixOffset: 0,
  store: 'main',
} as const;

/** "Takes minutes" (firmware-modules.md 4.3); the figure is a guess that makes an image of 860 KB take two. */
const BYTES_PER_SECOND = 7200;
