import type { StoredAsset } from './asset-storage.ts';
import { type BootDecision, canStart, decideBoot, type StartWish } from './boot.ts';
import { installPendingUpdate } from './boot-installation.ts';
import { dfuMode } from './dfu-mode.ts';
import { Enumeration } from './enumeration.ts';
import { installStaleApplication } from './factory-flash.ts';
import type { Fault, FaultName } from './faults.ts';
import { findModules, type InstalledModule } from './installed-modules.ts';
import { ListeningState } from './listening-state.ts';
import type { Modem } from './modem.ts';
import { normalMode } from './normal-mode.ts';
import { refreshBootloader } from './refresh-bootloader.ts';
import type { Session, UnitHardware } from './unit-hardware.ts';
import type { UnitIdentity } from './unit-identity.ts';
import type { ControlTransfer, DfuVisit } from './unit-meter.ts';
import type { UnitEvent, UnitMode } from './unit-mode.ts';
import type { UnitPlatform } from './unit-platforms.ts';
import type { UsbSocket } from './usb-function.ts';
import type { VirtualUnit } from './virtual-unit.ts';

/** The unit from plug to unplug: it boots, appears on the bus, restarts, and appears again. */
export class UnitLife implements VirtualUnit {
  readonly #hardware: UnitHardware;
  readonly #turnsModemOn: boolean;
  readonly #listeners = new Set<(event: UnitEvent) => void>();
  #plug: { readonly socket: UsbSocket; readonly pulled: AbortController } | undefined;
  #mode: UnitMode = 'off';

  constructor(hardware: UnitHardware, turnsModemOn: boolean) {
    this.#hardware = hardware;
    this.#turnsModemOn = turnsModemOn;
    let installedBytes = 0;
    hardware.onInstalled = (bytes) => {
      installedBytes += bytes;
      if (installedBytes < (hardware.faults.number('unplug-while-installing') ?? Number.POSITIVE_INFINITY)) return;
      hardware.faults.clear('unplug-while-installing');
      this.unplug();
    };
  }

  get platform(): UnitPlatform {
    return this.#hardware.platform;
  }

  get identity(): UnitIdentity {
    return this.#hardware.identity;
  }

  get modem(): Modem {
    return this.#hardware.modem;
  }

  get mode(): UnitMode {
    return this.#mode;
  }

  get faults(): readonly FaultName[] {
    return this.#hardware.faults.names();
  }

  plugInto(socket: UsbSocket): void {
    if (this.#plug !== undefined) throw new Error('This unit is in a socket already.');
    const plug = { socket, pulled: new AbortController() };
    this.#plug = plug;
    void this.#live(plug);
  }

  unplug(): void {
    const plug = this.#plug;
    this.#plug = undefined;
    plug?.pulled.abort();
    if (plug !== undefined) this.#enter('off', 'unplugged');
  }

  powerCycle(): void {
    const socket = this.#plug?.socket;
    if (socket === undefined) return;
    this.unplug();
    this.plugInto(socket);
  }

  setFault(fault: Fault): void {
    this.#hardware.faults.set(fault);
    if (fault.name === 'stale-128k-app') installStaleApplication(this.#hardware);
  }

  clearFault(name: FaultName): void {
    this.#hardware.faults.clear(name);
  }

  observe(listener: (event: UnitEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  whenMode(mode: UnitMode, options: { readonly timeoutMs: number }): Promise<void> {
    if (this.#mode === mode) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const stop = this.observe((event) => {
        if (event.kind !== 'mode' || event.mode !== mode) return;
        clearTimeout(timer);
        stop();
        resolve();
      });
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`The unit is ${this.#mode} and did not come to ${mode} in ${options.timeoutMs} ms.`));
      }, options.timeoutMs);
    });
  }

  readFlash(address: number, length: number): Uint8Array {
    const bytes = this.#hardware.flash.read(address, length);
    if (bytes === undefined) throw new RangeError(`0x${address.toString(16)} is not in the flash of this unit.`);
    return bytes;
  }

  modules(): readonly InstalledModule[] {
    return findModules(this.#hardware);
  }

  visits(): readonly DfuVisit[] {
    return this.#hardware.meter.visits();
  }

  assets(): readonly StoredAsset[] {
    return this.#hardware.assets?.list() ?? [];
  }

  requests(): readonly ControlTransfer[] {
    return this.#hardware.meter.requests();
  }

  async #live(plug: Plug): Promise<void> {
    let wish: StartWish = { into: 'normal' };
    let before: BootDecision['mode'] | undefined;
    while (!plug.pulled.signal.aborted) {
      const boot = await this.#start(plug, this.#overrule(wish, before), before);
      if (boot === undefined) return;
      before = boot.mode;
      wish = await this.#run(plug, boot, wish);
    }
  }

  /** Faults that act when a unit comes out of DFU mode. */
  #overrule(wish: StartWish, before: BootDecision['mode'] | undefined): StartWish {
    const isLeavingDfu = before === 'dfu' && wish.into !== 'dfu';
    if (!isLeavingDfu) return wish;
    const { faults, identity } = this.#hardware;
    if (faults.has('dfu-stuck')) return { into: 'dfu' };
    if (faults.has('different-unit-after-restart')) {
      const [kept, last] = [identity.deviceId.slice(0, -4), Number.parseInt(identity.deviceId.slice(-4), 16)];
      const other = ((last + 1) & 0xffff).toString(16).padStart(4, '0');
      this.#hardware.identity = { ...identity, deviceId: `${kept}${other}` };
      faults.clear('different-unit-after-restart');
    }
    return wish;
  }

  /** From reset to the moment before enumeration. Undefined when the unit never gets there. */
  async #start(
    plug: Plug,
    wish: StartWish,
    before: BootDecision['mode'] | undefined,
  ): Promise<BootDecision | undefined> {
    const { platform, clock, faults } = this.#hardware;
    const pulled = plug.pulled.signal;
    if (before === undefined) this.#enter('restarting', 'power on');
    if (before === 'dfu' && faults.has('no-return')) return undefined;
    await installPendingUpdate(this.#hardware, pulled);
    if (pulled.aborted) return undefined;
    const boot = decideBoot(this.#hardware, wish);
    if (!canStart(boot, platform)) return undefined;
    const bootMs = boot.mode === 'dfu' ? platform.bootMs.dfu : platform.bootMs.normal;
    await clock.sleep(bootMs + (faults.number('slow-boot') ?? 0), pulled);
    return pulled.aborted ? undefined : boot;
  }

  /** On the bus until the next reset; resolves with what the next start shall be. */
  #run(plug: Plug, boot: BootDecision, startedWith: StartWish): Promise<StartWish> {
    const { clock, meter, modem } = this.#hardware;
    const power = new AbortController();
    return new Promise((resolve) => {
      const end = (next: StartWish): void => {
        if (power.signal.aborted) return;
        plug.pulled.signal.removeEventListener('abort', pulled);
        power.abort();
        enumeration.leave();
        modem.turnOff();
        const visit = meter.leave();
        plug.socket.detached();
        if (!plug.pulled.signal.aborted) this.#enter('restarting', 'reset');
        if (visit !== undefined) this.#emit({ kind: 'dfu-visit', visit, at: clock.now() });
        resolve(next);
      };
      const pulled = (): void => end({ into: 'normal' });
      plug.pulled.signal.addEventListener('abort', pulled);
      const listening = new ListeningState({
        timers: this.#hardware.hostTimers,
        // Photon and P1 listen without end (device-usb.md 4.1).
        timeoutMs: this.#hardware.platform.platform.isCellular ? boot.system?.listeningTimeoutMs : undefined,
        power: power.signal,
        isInitially: boot.mode === 'listening' || (boot.mode === 'safe' && startedWith.listening === true),
        onChange: (isListening) =>
          this.#enter(isListening ? 'listening' : boot.mode === 'safe' ? 'safe' : 'normal', 'asked for'),
      });
      const session: Session = {
        boot,
        power: power.signal,
        restart: end,
        pullPlug: () => this.unplug(),
        isListening: () => listening.isListening,
        setListening: (isListening) => listening.set(isListening),
      };
      const firmware =
        boot.system === undefined ? dfuMode(this.#hardware, session) : normalMode(this.#hardware, session, boot.system);
      const enumeration = new Enumeration(firmware, clock, plug.socket.wire);
      this.#enter(listening.isListening ? 'listening' : boot.mode, boot.why);
      plug.socket.attached(enumeration);
      void this.#work(session, listening.isListening);
    });
  }

  /** What Device OS does by itself once it is up. */
  async #work(session: Session, isListening: boolean): Promise<void> {
    const { modem } = this.#hardware;
    if (session.boot.system === undefined) return;
    modem.onStart = () => void this.#brownOut(session);
    if (await refreshBootloader(this.#hardware, session.boot.modules, session.power)) {
      session.restart({ into: 'normal' });
      return;
    }
    const hasModem = this.#hardware.platform.platform.isCellular;
    if (!hasModem || !this.#turnsModemOn || isListening || session.power.aborted) return;
    if (await modem.turnOn(session.power)) await modem.read(session.power, false);
  }

  /** The fault `brown-out`: the modem's first pulse takes the supply down. */
  async #brownOut(session: Session): Promise<void> {
    const { faults, clock } = this.#hardware;
    if (!faults.has('brown-out')) return;
    faults.clear('brown-out');
    await clock.sleep(BROWN_OUT_MS, session.power);
    session.restart({ into: 'normal' });
  }

  #enter(mode: UnitMode, why: string): void {
    if (this.#mode === mode) return;
    this.#mode = mode;
    this.#emit({ kind: 'mode', mode, why, at: this.#hardware.clock.now() });
  }

  #emit(event: UnitEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

type Plug = { readonly socket: UsbSocket; readonly pulled: AbortController };

const BROWN_OUT_MS = 300;
