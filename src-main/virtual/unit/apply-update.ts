import { MODULE_FUNCTIONS } from '../../domain/module-report.ts';
import { writeInPlace } from './copy-module.ts';
import type { SystemEra } from './device-os-era.ts';
import { CRC_BYTES, MODULE_FLAG } from './flash-module.ts';
import { findModules } from './installed-modules.ts';
import { addPendingCopy, COPY_FLAG, forgetPendingCopy, pendingCopies } from './pending-copies.ts';
import { requiredAssets } from './required-assets.ts';
import type { UnitHardware } from './unit-hardware.ts';
import { moduleLength, type UpdateModule } from './update-check.ts';

/** The running firmware that applies an update. */
export type Applier = { readonly hardware: UnitHardware; readonly era: SystemEra; readonly power: AbortSignal };

/**
 * What Device OS does with checked modules before it restarts (Device OS 6.2.0 and 3.3.1, ota_flash_hal.cpp): co-processor firmware
 * and assets go where they belong at once, and so does a Gen 2 bootloader; all else is put on the list the bootloader works off. The
 * first module that cannot be applied ends it, and nobody is told: the answer to request 251 is out by then.
 */
export async function applyUpdate(
  applier: Applier,
  modules: readonly UpdateModule[],
  slotAddress: number,
): Promise<boolean> {
  const { settings } = applier.hardware;
  for (const { row } of pendingCopies(settings)) forgetPendingCopy(settings, row);
  for (const module of modules) {
    if (!(await applyModule(applier, module, slotAddress + module.offset))) return false;
  }
  return true;
}

function applyModule(applier: Applier, module: UpdateModule, address: number): Promise<boolean> {
  const { hardware } = applier;
  switch (module.prefix.function) {
    case 'ncp':
      return updateCoProcessor(applier, module);
    case 'asset':
      return storeAsset(applier, module);
    case 'bootloader':
      if (hardware.platform.family === 'stm32' || !isWrittenByMasterBoot(hardware)) {
        return writeInPlace(hardware, module.prefix.startAddress, module.bytes, applier.power);
      }
      break;
    default:
  }
  return Promise.resolve(queue(hardware, module, address));
}

function queue({ settings }: UnitHardware, { prefix }: UpdateModule, address: number): boolean {
  const dropHeader = (prefix.flags & MODULE_FLAG.dropHeader) === 0 ? 0 : COPY_FLAG.dropHeader;
  const compressed = (prefix.flags & MODULE_FLAG.compressed) === 0 ? 0 : COPY_FLAG.compressed;
  return addPendingCopy(settings, {
    source: address,
    destination: prefix.startAddress,
    length: moduleLength(prefix),
    functionNumber: MODULE_FUNCTIONS.indexOf(prefix.function),
    flags: COPY_FLAG.verify | dropHeader | compressed,
  });
}

/** Tracker firmware accepts an image for its co-processor since 5.6.0 and then does nothing with it (firmware-modules.md 4.3). */
async function updateCoProcessor({ hardware, era, power }: Applier, { prefix, bytes }: UpdateModule): Promise<boolean> {
  const isDisabled = hardware.platform.platform.name === 'tracker' && era.version >= V5_6_0;
  if (isDisabled || hardware.coProcessor === undefined) return false;
  return hardware.coProcessor.update(prefix.version, bytes.length - CRC_BYTES, power);
}

const V5_6_0 = 5600;

async function storeAsset({ hardware, power }: Applier, { bytes }: UpdateModule): Promise<boolean> {
  const { assets, flash } = hardware;
  const application = findModules(hardware).find(
    (module) => module.function === 'user-part' && module.slot.store === 'main',
  );
  const read = (address: number, length: number): Uint8Array | undefined => flash.read(address, length);
  const required = application === undefined ? [] : requiredAssets(read, application);
  return (await assets?.store(bytes, required, power)) ?? false;
}

/** nRF bootloaders since 1001 let the master boot record replace them; older ones are written over by Device OS itself. */
function isWrittenByMasterBoot(hardware: UnitHardware): boolean {
  if (hardware.platform.family === 'rtl') return true;
  const bootloader = findModules(hardware).find((module) => module.function === 'bootloader');
  return (bootloader?.version ?? 0) >= FIRST_WITH_MASTER_BOOT;
}

const FIRST_WITH_MASTER_BOOT = 1001;
