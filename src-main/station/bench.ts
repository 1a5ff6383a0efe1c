import type { VirtualUnitView } from '../domain/snapshot.ts';

/** The shelf of virtual units beside a virtual line: what a hand does on a real one. Implemented outside the station. */
export interface Bench {
  units(): readonly VirtualUnitView[];
  /** The faults a unit can be given, by name. */
  faultNames(): readonly string[];
  plug(slot: string, fault: string | undefined): Promise<void>;
  unplug(slot: string): Promise<void>;
  /** Puts a new factory-fresh unit beside the slot, not plugged in. */
  fresh(slot: string): Promise<void>;
  /** The text of the data matrix on the unit of this slot, as a scanner would read it. Goes to the parser and nowhere else. */
  labelText(slot: string): string;
}
