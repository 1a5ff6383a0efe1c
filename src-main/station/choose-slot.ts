import { type Result, refuse } from '../domain/failure.ts';
import type { Label } from '../domain/label.ts';
import { skuAllowsPlatform } from '../domain/sku.ts';
import type { SlotState } from './slot-state.ts';

/**
 * The slot a scanned label goes to: the one that was asked for; else an idle slot whose finished unit carries this very label (a
 * second try); else an idle slot with a fresh unit in it; else an empty one. Slots whose recipe the label's serial number cannot
 * belong to come last. A label that is being built right now is refused.
 */
export function chooseSlot(slots: readonly SlotState[], label: Label, wanted: string | undefined): Result<SlotState> {
  const twin = slots.find((slot) => slot.isRunning && slot.label?.value === label.value);
  if (twin !== undefined) return refuse('slot/busy', `This label is being built in slot ${twin.name} right now.`);
  if (wanted !== undefined) {
    const slot = slots.find(({ name }) => name === wanted);
    if (slot === undefined) return refuse('slot/unknown', `There is no slot ${wanted}.`);
    return slot.isRunning ? refuse('slot/busy', `Slot ${wanted} is working.`) : { ok: true, value: slot };
  }
  const idle = slots.filter(({ isRunning }) => !isRunning);
  const ranked = idle
    .map((slot) => ({ slot, rank: rankOf(slot, label) }))
    .filter(({ rank }) => rank < OUT)
    .sort((one, other) => one.rank - other.rank);
  const best = ranked[0]?.slot;
  if (best !== undefined) return { ok: true, value: best };
  return refuse('slot/none-free', 'Every slot is working or still holds a finished unit.');
}

const OUT = 100;

function rankOf(slot: SlotState, label: Label): number {
  const platform = slot.recipe.platform.name;
  const foreign = label.skus.length > 0 && !label.skus.some((sku) => skuAllowsPlatform(sku, platform)) ? 10 : 0;
  if (slot.unit === undefined) return foreign + 2;
  if (!slot.isFinished) return foreign + 1;
  return slot.label?.value === label.value ? foreign : OUT;
}
