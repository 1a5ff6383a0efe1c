import { hubOf } from '../domain/port-path.ts';
import type { FlashLimit } from '../domain/snapshot.ts';

/** Gives a turn back; a second call does nothing. */
export type GiveBack = () => void;

/**
 * Turns to flash, for a line that may not flash on all slots at once: a weak supply, a hub with one translator (device-usb.md 8). First
 * come, first served; who waits for a full hub does not hold up those behind other hubs.
 *
 *   take --room--> flashing --give back--> over
 *     `--no room--> waiting --room--> flashing
 *                      `--abort--> over (rejects, nothing to give back)
 */
export class FlashTurns {
  #limit: FlashLimit;
  readonly #flashing = new Map<symbol, string>();
  #waiting: readonly Waiter[] = [];

  constructor(limit: FlashLimit = {}) {
    this.#limit = limit;
  }

  get limit(): FlashLimit {
    return this.#limit;
  }

  /** A raised limit lets those go on who wait; a lowered one is reached as turns are given back, it stops nobody. */
  setLimit(limit: FlashLimit): void {
    this.#limit = limit;
    this.#letGo();
  }

  /**
   * Waits for the turn of the slot on this port, at most until the signal aborts, with whose reason it then rejects. `onWait` is told if
   * the turn does not come at once. Whoever has a turn must give it back, whatever happens.
   */
  take(portPath: string, signal: AbortSignal, onWait: () => void = () => {}): Promise<GiveBack> {
    const hub = hubOf(portPath);
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const waiter: Waiter = {
        hub,
        go: () => {
          signal.removeEventListener('abort', onAbort);
          resolve(this.#begin(hub));
        },
      };
      const onAbort = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== waiter);
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting = [...this.#waiting, waiter];
      this.#letGo();
      if (this.#waiting.includes(waiter)) onWait();
    });
  }

  #begin(hub: string): GiveBack {
    const turn = Symbol(hub);
    this.#flashing.set(turn, hub);
    return () => {
      if (this.#flashing.delete(turn)) this.#letGo();
    };
  }

  #letGo(): void {
    for (const waiter of this.#waiting) {
      if (!this.#hasRoom(waiter.hub)) continue;
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      waiter.go();
    }
  }

  #hasRoom(hub: string): boolean {
    const { station = Number.POSITIVE_INFINITY, perHub = Number.POSITIVE_INFINITY } = this.#limit;
    const hubs = [...this.#flashing.values()];
    return hubs.length < station && hubs.filter((other) => other === hub).length < perHub;
  }
}

type Waiter = { readonly hub: string; readonly go: () => void };
