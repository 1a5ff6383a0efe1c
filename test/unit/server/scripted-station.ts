import type { CommandAnswer, CommandInput, CommandName, StationCommands } from '../../../src-main/contract/contract.ts';
import type { Snapshot } from '../../../src-main/domain/snapshot.ts';

/** The snapshot of a station with one idle slot. */
export const IDLE: Snapshot = {
  station: { name: 'Bench 1', appVersion: '0.1.0', virtual: true, batch: 'A-1', procedure: [] },
  slots: [
    {
      slot: '1',
      portPath: '1-1',
      recipe: {
        name: 'tracker-one',
        sha256: 'a'.repeat(64),
        productId: 20001,
        productVersion: 7,
        platform: 'boron',
        deviceOs: '6.3.2',
        applicationSha256: 'b'.repeat(64),
      },
      health: { slot: '1', runs: 0, stalls: 0, retries: 0, suspectFailures: 0, verdict: 'unknown', reasons: [] },
    },
  ],
  flashLimit: {},
  counts: { PASS: 0, FAIL: 0, ERROR: 0, ABORTED: 0 },
  cloud: {
    open: 0,
    notInProduct: 0,
    batch: { built: 0, 'in-product': 0, 'sim-pending': 0, 'sim-active': 0, rejected: 0 },
  },
  troubles: [],
};

export type Call = { readonly name: CommandName; readonly input: unknown };

/** A station that answers as told, remembers its calls and shows the snapshots it is given. */
export function createScriptedStation(answer: (call: Call) => CommandAnswer | Promise<CommandAnswer>) {
  const listeners = new Set<(snapshot: Snapshot) => void>();
  const calls: Call[] = [];
  let present = IDLE;
  const station: StationCommands = {
    call: async <Name extends CommandName>(name: Name, input: CommandInput<Name>) => {
      calls.push({ name, input });
      return (await answer({ name, input })) as CommandAnswer<Name>;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      listener(present);
      return () => listeners.delete(listener);
    },
  };
  return {
    station,
    calls,
    listeners,
    show(snapshot: Snapshot): void {
      present = snapshot;
      for (const listener of listeners) listener(snapshot);
    },
  };
}
