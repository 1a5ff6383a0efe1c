import type { CommandInput } from '../contract/contract.ts';
import { type Result, refuse } from '../domain/failure.ts';
import type { Bench } from './bench.ts';

/** What a virtual line's bench asks of its station. */
export type BenchHost = {
  readonly scan: (text: string, slot: string | undefined) => Result<unknown>;
  /** The slot on this port, by what the slots were taught. */
  readonly slotOn: (portPath: string) => string | undefined;
  readonly changed: () => void;
};

/** Plugs a virtual unit in or pulls it out, scans its label, or fetches a new one. Refuses where there is no bench, or no such slot on it. */
export async function benchCommand(
  bench: Bench | undefined,
  { slot, action, fault }: CommandInput<'bench'>,
  host: BenchHost,
): Promise<Result<null>> {
  if (bench === undefined) return refuse('station/not-virtual', 'There is no bench of virtual units here.');
  const place = bench.units().find((unit) => unit.slot === slot);
  if (place === undefined) return refuse('slot/unknown', `There is no slot ${slot}.`);
  if (action === 'scan') {
    const scanned = host.scan(bench.labelText(slot), host.slotOn(place.portPath) ?? slot);
    return scanned.ok ? { ok: true, value: null } : scanned;
  }
  if (action === 'plug') await bench.plug(slot, fault);
  if (action === 'unplug') await bench.unplug(slot);
  if (action === 'fresh') await bench.fresh(slot);
  host.changed();
  return { ok: true, value: null };
}
