import type { Transport } from '../../src-main/contract/contract.ts';

/**
 * How the page stands with the station.
 * `lost` comes back by itself; `refused` needs the address the station prints; over the preload bridge it is always `open`.
 */
export type LinkState = 'connecting' | 'open' | 'lost' | 'refused';

/** A transport that tells how it is doing: at once, and at every change. */
export type Link = Transport & { watch(listener: (state: LinkState) => void): () => void };

declare global {
  interface Window {
    /** Put there by the preload script of the Electron window; absent in a browser. */
    readonly linewright?: Transport;
  }
}
