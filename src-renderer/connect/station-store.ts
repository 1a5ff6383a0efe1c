import { createClient } from '../../src-main/contract/client.ts';
import type { CommandAnswer, CommandInput, CommandName } from '../../src-main/contract/contract.ts';
import type { Snapshot } from '../../src-main/domain/snapshot.ts';
import type { Link, LinkState } from './link.ts';

/** What the screens know: the link and the last snapshot that came over it. */
export type StationState = {
  readonly link: LinkState;
  /** How often the link has opened: an answer from before the last time may be a lost connection, or old. */
  readonly connections: number;
  readonly snapshot?: Snapshot;
};

export type StationStore = {
  read(): StationState;
  subscribe(listener: () => void): () => void;
  /** Gives a command; a lost connection is an answer like any other failure. */
  ask<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandAnswer<Name>>;
};

/** The page's one copy of the station's state, for useSyncExternalStore. */
export function createStationStore(link: Link): StationStore {
  const client = createClient(link);
  const listeners = new Set<() => void>();
  let state: StationState = { link: 'connecting', connections: 0 };
  const become = (next: StationState): void => {
    state = next;
    for (const listener of listeners) listener();
  };
  link.watch((linkState) => {
    const connections = state.connections + (linkState === 'open' ? 1 : 0);
    become({ ...state, link: linkState, connections });
  });
  client.subscribe((snapshot) => become({ ...state, snapshot }));

  return {
    read: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ask: async (name, input) => {
      try {
        return await client.call(name, input);
      } catch (thrown) {
        const detail = thrown instanceof Error ? thrown.message : String(thrown);
        return { ok: false, failure: { code: 'station/connection-lost', detail } };
      }
    },
  };
}
