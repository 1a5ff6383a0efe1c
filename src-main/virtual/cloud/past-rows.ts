import type { Changes } from './change-book.ts';
import type { CloudState } from './cloud-state.ts';

/** What a cloud that is only eventually consistent still answers: devices and SIMs as they were a moment ago. */
export type PastRows = {
  /** Remembers how rows were before they changed now. */
  remember(changes: Changes): void;
  /** The memory as it was so many cloud milliseconds ago, as far as changes are remembered. For reading only. */
  asOf(agoMs: number): CloudState;
};

/** Remembers nothing older than an hour of cloud time. */
const LONGEST_MS = 3_600_000;

export function createPastRows(state: CloudState): PastRows {
  const past: { readonly atMs: number; readonly changes: Changes }[] = [];
  return {
    remember(changes) {
      const now = state.clock.now();
      past.push({ atMs: now, changes });
      const old = past.findIndex(({ atMs }) => atMs > now - LONGEST_MS);
      past.splice(0, old);
    },
    asOf(agoMs) {
      const since = state.clock.now() - agoMs;
      const undone = past.filter(({ atMs }) => atMs > since).toReversed();
      if (undone.length === 0) return state;
      const view = { ...state, devices: new Map(state.devices), sims: new Map(state.sims) };
      for (const { changes } of undone) {
        putBack(view.devices, changes.get('devices'));
        putBack(view.sims, changes.get('sims'));
      }
      return view;
    },
  };
}

/** Copies, so that what a reader settles (a SIM whose time has come) does not change the past. */
function putBack(rows: Map<string, object>, before: ReadonlyMap<unknown, object | undefined> | undefined): void {
  for (const [key, row] of before ?? []) {
    if (row === undefined) rows.delete(String(key));
    else rows.set(String(key), { ...row });
  }
}
