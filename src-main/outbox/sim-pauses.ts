import type { WorkSim } from '../domain/cloud-work.ts';
import type { ActivationClass } from '../domain/sku-table.ts';
import type { OutboxPace } from './outbox-pace.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Pauses before each look at a SIM on its way, by class (cloud-api.md R26): the first is when most of the class are active, so that
 * one look is enough for nearly all; the last one repeats.
 */
const LOOKS: Readonly<Record<ActivationClass, readonly number[]>> = {
  fast: [15 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 3 * MINUTE, 10 * MINUTE, HOUR],
  'generally-fast': [MINUTE, MINUTE, 3 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR],
  'sometimes-slow': [MINUTE, 4 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR],
};

/** How long after its import a SIM of this class is looked at for the first time, in milliseconds. A removable one is looked for at once, before it is imported. */
export function firstSimLookMs({ activation, form }: WorkSim): number {
  return form === 'removable' ? 0 : (LOOKS[activation][0] ?? MINUTE);
}

/** How long after so many looks the next one comes, in milliseconds. */
export function nextSimLookMs({ activation }: WorkSim, looks: number): number {
  return LOOKS[activation][looks] ?? HOUR;
}

/** So long the import of a SIM is left to the station that added its unit. */
export function leaveToOthersMs({ speed }: Pick<OutboxPace, 'speed'>): number {
  return (5 * MINUTE) / speed;
}
