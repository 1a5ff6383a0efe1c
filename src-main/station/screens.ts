import type { Snapshot } from '../domain/snapshot.ts';

type Listener = (snapshot: Snapshot) => void;

/** Everybody who watches the station: each gets the whole snapshot at once, and every later one. */
export class Screens {
  readonly #listeners = new Set<Listener>();
  readonly #snapshot: () => Snapshot;
  readonly #broken: (thrown: unknown) => void;

  /** `broken` hears of a listener that threw; the others are told all the same. */
  constructor(snapshot: () => Snapshot, broken: (thrown: unknown) => void) {
    this.#snapshot = snapshot;
    this.#broken = broken;
  }

  /** Returns the function that ends it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    listener(this.#snapshot());
    return () => this.#listeners.delete(listener);
  }

  publish(): void {
    if (this.#listeners.size === 0) return;
    const snapshot = this.#snapshot();
    for (const listener of this.#listeners) {
      try {
        listener(snapshot);
      } catch (thrown) {
        this.#broken(thrown);
      }
    }
  }

  close(): void {
    this.#listeners.clear();
  }
}
