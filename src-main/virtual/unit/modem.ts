import type { FaultSet } from './faults.ts';
import type { UnitClock } from './usb-function.ts';

/** What the SIM slot holds. */
export type UnitSim = { readonly iccid: string } | 'none';

/** What a modem tells; a field is undefined when it did not answer that question. */
export type ModemReading = {
  readonly imei: string | undefined;
  readonly iccid: string | undefined;
  readonly radioVersion: string | undefined;
};

/** The cellular modem with its SIM (device-usb.md 4.4). It survives restarts of the unit; the cache does too. */
export class Modem {
  readonly imei: string;
  readonly radioVersion: string;
  /** Changed by a test to swap the card. */
  sim: UnitSim;
  readonly #clock: UnitClock;
  readonly #faults: FaultSet;
  readonly #startMs: number;
  #isOn = false;
  #starting: Promise<boolean> | undefined;
  #failedReads = 0;
  #cache: ModemReading = NOTHING;
  /** Called once the modem draws its starting current; the unit may brown out. */
  onStart: () => void = () => {};

  constructor(
    parts: { readonly imei: string; readonly radioVersion: string; readonly sim: UnitSim; readonly startMs: number },
    surroundings: { readonly clock: UnitClock; readonly faults: FaultSet },
  ) {
    this.imei = parts.imei;
    this.radioVersion = parts.radioVersion;
    this.sim = parts.sim;
    this.#startMs = parts.startMs;
    this.#clock = surroundings.clock;
    this.#faults = surroundings.faults;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** The last values read, as Device OS keeps them for a modem that is off. */
  get cached(): ModemReading {
    return this.#cache;
  }

  /** Turns it on and waits until it answers. False when it does not, or power failed. */
  async turnOn(power: AbortSignal): Promise<boolean> {
    if (this.#isOn) return true;
    this.#starting ??= this.#start(power).finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** A restart of the unit turns it off. */
  turnOff(): void {
    this.#isOn = false;
    this.#starting = undefined;
  }

  /**
   * Asks a modem that is on for its IMEI and version and for the SIM's ICCID. `isAsked` is false for what Device OS does by
   * itself in the background.
   */
  async read(power: AbortSignal, isAsked = true): Promise<ModemReading> {
    if (!this.#isOn) return NOTHING;
    await this.#clock.sleep(READ_MS, power);
    if (power.aborted) return NOTHING;
    const reading = { imei: this.imei, iccid: this.#readIccid(isAsked), radioVersion: this.radioVersion };
    if (reading.iccid !== undefined) this.#cache = reading;
    return reading;
  }

  async #start(power: AbortSignal): Promise<boolean> {
    this.onStart();
    await this.#clock.sleep(this.#faults.number('slow-modem') ?? this.#startMs, power);
    this.#isOn = !power.aborted && !this.#faults.has('modem-dead');
    return this.#isOn;
  }

  #readIccid(isAsked: boolean): string | undefined {
    const late = this.#faults.number('iccid-late');
    if (late !== undefined && this.#failedReads < late) {
      if (isAsked) this.#failedReads += 1;
      return undefined;
    }
    return this.sim === 'none' || this.#faults.has('no-sim') ? undefined : this.sim.iccid;
  }
}

const NOTHING: ModemReading = { imei: undefined, iccid: undefined, radioVersion: undefined };

/** Time of the AT commands, a guess (device-usb.md 11). */
const READ_MS = 150;
