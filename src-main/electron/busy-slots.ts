import type { StationCommands } from '../contract/contract.ts';

/** Follows the station and tells, at any time, the names of the slots with a run going on. */
export function watchBusySlots(station: StationCommands): () => readonly string[] {
  let busy: readonly string[] = [];
  station.subscribe(({ slots }) => {
    busy = slots.filter(({ run }) => run !== undefined && run.ended === undefined).map(({ slot }) => slot);
  });
  return () => busy;
}
