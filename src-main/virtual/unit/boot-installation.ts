import { applyUpdate } from './apply-update.ts';
import { copyModule, writeInPlace } from './copy-module.ts';
import { systemEra } from './device-os-era.ts';
import { EXTERNAL_FLASH, KB } from './flash-chips.ts';
import { findModules } from './installed-modules.ts';
import { addPendingCopy, forgetPendingCopy, type PendingCopy, pendingCopies } from './pending-copies.ts';
import type { UnitHardware } from './unit-hardware.ts';
import { FORMER_USER_ADDRESS } from './unit-platforms.ts';
import { checkUpdate, findModulePrefix, moduleLength } from './update-check.ts';
import { updateSlotOf } from './update-slot.ts';

/**
 * What happens between reset and start of the firmware: the bootloader works off the list of pending copies. A copy leaves the list
 * once it is done or refused, so one that a power cut interrupts is begun again at the next start; the bootloader of an nRF52 unit
 * goes another way (see `replaceBootloader`). Facts from Device OS 6.2.0 and 3.3.1, flash_mal.c.
 */
export async function installPendingUpdate(hardware: UnitHardware, power: AbortSignal): Promise<void> {
  await finishMasterBootCopy(hardware, power);
  await takeMarkedUpdate(hardware, power);
  for (;;) {
    const copies = pendingCopies(hardware.settings);
    const isLast = (copy: PendingCopy): boolean => isStagedBootloader(hardware, copy);
    const next = copies.find((copy) => !isLast(copy)) ?? copies[0];
    if (next === undefined || power.aborted) return;
    if (isLast(next)) {
      forgetPendingCopy(hardware.settings, next.row);
      await replaceBootloader(hardware, next, power);
    } else {
      await copyModule(hardware, next, power);
      if (!power.aborted) forgetPendingCopy(hardware.settings, next.row);
    }
  }
}

const BOOTLOADER = 2;

function isStagedBootloader({ platform }: UnitHardware, copy: PendingCopy): boolean {
  return platform.family === 'nrf' && copy.functionNumber === BOOTLOADER;
}

/**
 * The bootloader cannot write over itself: it sets the end of the application aside in external flash, puts the new image in its
 * place, and tells the master boot record to copy that over the bootloader. After the next reset the application is put back. A power
 * cut before the order to the master boot record loses the update and nothing else; after it the copy is repeated until it is done.
 */
async function replaceBootloader(hardware: UnitHardware, copy: PendingCopy, power: AbortSignal): Promise<void> {
  const { flash, platform, settings } = hardware;
  const length = Math.ceil(copy.length / PAGE_BYTES) * PAGE_BYTES;
  const aside = EXTERNAL_FLASH + (platform.externalFlashBytes > 4096 * KB ? 0x64_0000 : 0x24_0000);
  const saved = flash.read(FORMER_USER_ADDRESS, length);
  if (saved === undefined || !(await writeInPlace(hardware, aside, saved, power))) return;
  const restore = { source: aside, destination: FORMER_USER_ADDRESS, length, functionNumber: 0, flags: 0 };
  if (!addPendingCopy(settings, restore)) return;
  if (!(await copyModule(hardware, { ...copy, destination: FORMER_USER_ADDRESS }, power))) return;
  settings.masterBootCopyBytes = copy.length;
  await finishMasterBootCopy(hardware, power);
}

const PAGE_BYTES = 4 * KB;
const NRF_BOOTLOADER = 0xf4000;

async function finishMasterBootCopy(hardware: UnitHardware, power: AbortSignal): Promise<void> {
  const { flash, settings } = hardware;
  if (settings.masterBootCopyBytes === 0) return;
  const image = flash.read(FORMER_USER_ADDRESS, settings.masterBootCopyBytes);
  if (image === undefined || !(await writeInPlace(hardware, NRF_BOOTLOADER, image, power))) return;
  settings.masterBootCopyBytes = 0;
}

/** The mark in the settings that says: what lies in the update slot was put there over DFU, apply it (device-usb.md 6.8). */
async function takeMarkedUpdate(hardware: UnitHardware, power: AbortSignal): Promise<void> {
  const { platform, flash, settings } = hardware;
  if (!settings.hasPendingUpdate) return;
  settings.hasPendingUpdate = false;
  const installed = findModules(hardware);
  const version = installed.find((module) => module.function === 'system-part')?.version;
  if (version === undefined) return;
  const era = systemEra(platform.family, version);
  const slot = updateSlotOf(platform, (address, length) => flash.read(address, length));
  const content = flash.read(slot.address, slot.sizeBytes);
  const prefix = content === undefined ? undefined : findModulePrefix(platform, content);
  if (content === undefined || prefix === undefined) return;
  const checked = checkUpdate(content.subarray(0, moduleLength(prefix)), { platform, era, installed });
  if ('modules' in checked) await applyUpdate({ hardware, era, power }, checked.modules, slot.address);
}
