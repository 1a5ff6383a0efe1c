import { type Result, refuse } from '../domain/failure.ts';
import type { Label } from '../domain/label.ts';
import { skuAllowsPlatform } from '../domain/sku.ts';
import type { SlotState } from './slot-state.ts';

/**
 * The slot a scanned label goes to: the one that was asked for; else an idle slot whose finished unit carries this very label (a
 * second try); else an idle slot with a fresh unit in it; else an empty one. Slots whose recipe the label's serial number cannot
 * belong to come last. A label that is being built right now is refused, and so is a slot that was never taught its USB port.
 */
export function chooseSlot(slots: readonly SlotState[], label: Label, wanted: string | undefined): Result<SlotState> {
  const twin = slots.find((slot) => slot.isRunning && slot.label?.value === label.value);
  if (twin !== undefined) return refuse('slot/busy', `This label is being built in slot ${twin.name} right now.`);
  if (wanted !== undefined) {
    const slot = slots.find(({ name }) => name === wanted);
    if (slot === undefined) return refuse('slot/unknown', `There is no slot ${wanted}.`);
    if (slot.isRunning) return refuse('slot/busy', `Slot ${wanted} is working.`);
    return slot.portPath === undefined ? notLearnt(`Slot ${wanted} has`) : { ok: true, value: slot };
  }
  if (slots.every(({ portPath }) => portPath === undefined)) return notLearnt('All slots have');
  const idle = slots.filter(({ isRunning, portPath }) => !isRunning && portPath !== undefined);
  const ranked = idle
    .map((slot) => ({ slot, rank: rankOf(slot, label) }))
    .filter(({ rank }) => rank < OUT)
    .sort((one, other) => one.rank - other.rank);
  const best = ranked[0]?.slot;
  if (best !== undefined) return { ok: true, value: best };
  return refuse('slot/none-free', 'Every slot is working or still holds a finished unit.');
}

function notLearnt(which: string): Result<never> {
  return refuse('slot/not-learnt', `${which} no USB port yet; it is learnt by plugging a unit in (docs/slots.md).`);
}

const OUT = 100;

function rankOf(slot: SlotState, label: Label): number {
  const platform = slot.recipe.platform.name;
  const foreign = label.skus.length > 0 && !label.skus.some((sku) => skuAllowsPlatform(sku, platform)) ? 10 : 0;
  if (slot.unit === undefined) return foreign + 2;
  if (!slot.isFinished) return foreign + 1;
  return slot.label?.value === label.value ? foreign : OUT;
}

/** The slot of this name, in upper or lower case: a scanner under Caps Lock means the same slot. */
export function slotNamed(slots: readonly SlotState[], name: string): SlotState | undefined {
  return slots.find((slot) => slot.name.toLowerCase() === name.toLowerCase());
}
