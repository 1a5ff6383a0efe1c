import type { Failure } from '../domain/failure.ts';

/** More than so many are old news. */
const MOST = 10;

/** The last faults of the station itself, newest first, each once. */
export class Troubles {
  #all: readonly Failure[] = [];

  all(): readonly Failure[] {
    return this.#all;
  }

  remember(trouble: Failure): void {
    this.#all = [trouble, ...this.#all.filter(({ detail }) => detail !== trouble.detail)].slice(0, MOST);
  }
}
