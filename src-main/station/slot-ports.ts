import type { PortsBySlot } from './learnt-ports.ts';

/** A slot with its port and who said so: a person who taught it, or the station file. No port: it must be taught. */
export type SlotPort = { readonly portPath?: string; readonly from: 'learnt' | 'station-file' | 'nowhere' };

/**
 * The port of each slot, by name: what was learnt wins over the station file, and a port that was learnt for one slot is taken from
 * every other slot that the file gives it to.
 */
export function slotPorts(
  slots: readonly { readonly name: string; readonly portPath?: string | undefined }[],
  learnt: PortsBySlot,
): ReadonlyMap<string, SlotPort> {
  const names = new Set(slots.map(({ name }) => name));
  const taken = new Set([...learnt].filter(([name]) => names.has(name)).map(([, portPath]) => portPath));
  return new Map(
    slots.map(({ name, portPath }): [string, SlotPort] => {
      const taught = learnt.get(name);
      if (taught !== undefined) return [name, { portPath: taught, from: 'learnt' }];
      if (portPath === undefined || taken.has(portPath)) return [name, { from: 'nowhere' }];
      return [name, { portPath, from: 'station-file' }];
    }),
  );
}
