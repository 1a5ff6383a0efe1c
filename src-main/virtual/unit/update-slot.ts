import type { ReadFlash } from './flash-module.ts';
import { readFlashModule } from './flash-module.ts';
import type { UnitPlatform } from './unit-platforms.ts';

/** Where an update over control requests is kept until it is applied. */
export type UpdateSlot = { readonly address: number; readonly sizeBytes: number };

/**
 * The update slot of a unit with this flash. On RTL872x it lies between assets and application, but before assets came, with
 * 5.5.0, it was 2 MB behind the system part, wherever that ended (device-usb.md 6.6; sizes from Device OS 5.4.1 and 6.2.0).
 */
export function updateSlotOf(platform: UnitPlatform, read: ReadFlash): UpdateSlot {
  const place = platform.slots.find((slot) => slot.function === 'system-part');
  if (platform.family !== 'rtl' || place === undefined) return platform.updateSlot;
  const system = readFlashModule(read, place);
  if (system === undefined || system.version >= FIRST_WITH_ASSETS) return platform.updateSlot;
  const behindSystem = (system.endAddress & ~0xfff) + 0x1000;
  return { address: behindSystem, sizeBytes: EARLY_SLOT_BYTES };
}

/** 5.5.0-rc.1. */
const FIRST_WITH_ASSETS = 5500;
const EARLY_SLOT_BYTES = 0x20_0000;
