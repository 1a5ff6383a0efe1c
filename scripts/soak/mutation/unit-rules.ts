import { MODULE_FUNCTIONS } from '../../../src-main/domain/module-report.ts';
import type { ModuleSlot, UnitPlatform } from '../../../src-main/virtual/unit/unit-platforms.ts';
import type { SecondReading } from './file-rules.ts';

/**
 * Why a unit of this platform would not run or take this module, by the rules of its own firmware; undefined when it would. These are
 * rules about the module alone; what it needs of others shows when the unit starts (start-unit.ts). From firmware-modules.md 3, 4.2 and
 * Device OS 6.2.0 (ota_module.cpp, ota_module_bounds.c, flash_mal.c of nRF52840 and rtl872x, core_hal.c of rtl872x), and independent of
 * what the station checks.
 */
export function whyUnitRefuses(platform: UnitPlatform, file: Uint8Array, module: SecondReading): string | undefined {
  const what = MODULE_FUNCTIONS[module.functionNumber];
  if (what === 'asset') return undefined; // belongs to no platform and to no place
  if (module.platformId !== platform.platform.id) return 'it is for another platform';
  if (what === 'ncp') return whyCoProcessorRefuses(platform, file, module);
  const slot = platform.slots.find(
    (one) => one.store === 'main' && one.function === what && one.index === module.index && isAt(one, module),
  );
  if (slot === undefined) return 'it has no place in this unit';
  const room = (slot.isEndFixed ? slot.address + slot.sizeBytes : module.startAddress + limitOf(slot, module)) - 4;
  if (module.endAddress > room) return 'it is larger than its place';
  if (module.prefixOffset !== slot.prefixOffset) return 'its prefix is not where the unit looks for it';
  // The places are told apart by main and co-processor; 255 stands for any. Gen 2 does not look.
  const target = file[module.prefixOffset + 8] ?? 0;
  if (platform.family !== 'stm32' && target !== 0 && target !== ANY_PROCESSOR)
    return 'it is for another processor of the unit';
  const dropsPrefix = (module.flagBits & 1) !== 0;
  if (dropsPrefix !== (what === 'radio-stack')) return 'its prefix is in flash where it should not be, or is missing';
  if (slot.isEndFixed === true) return whyNotFoundFromItsEnd(file, module);
  return undefined;
}

const ANY_PROCESSOR = 0xff;

function isAt(slot: ModuleSlot, module: SecondReading): boolean {
  if (slot.isEndFixed !== true) return module.startAddress === slot.address;
  return module.endAddress + 4 === slot.address + slot.sizeBytes && module.startAddress >= slot.address;
}

/** The system part at 0x30000 ends before the 256 KB application since 3.1 (firmware-modules.md 3.3). */
function limitOf(slot: ModuleSlot, module: SecondReading): number {
  return slot.function === 'system-part' && slot.address === 0x30000 && module.version >= 3100
    ? 0xb4000 - 0x30000
    : slot.sizeBytes;
}

/** The co-processor has no place in this flash; the unit compares the target with its own list (firmware-modules.md 1.2, 3.1). */
function whyCoProcessorRefuses(platform: UnitPlatform, file: Uint8Array, module: SecondReading): string | undefined {
  if (platform.coProcessorVersion === undefined) return 'this unit has no co-processor';
  if (module.index !== 0 || module.startAddress !== 0) return 'the co-processor has no such part';
  if (file[module.prefixOffset + 8] !== ESP32) return 'it is not for the co-processor of this unit';
  return module.endAddress > CO_PROCESSOR_BYTES ? 'it is larger than the co-processor takes' : undefined;
}

const ESP32 = 0x21;
const CO_PROCESSOR_BYTES = 1500 * 1024;

/**
 * RTL872x finds its application from the end: the first entry of the suffix must be DYNAMIC_LOCATION and name the start. With another
 * entry in its place the start code of 6.2.0 does not come to an end.
 */
function whyNotFoundFromItsEnd(file: Uint8Array, module: SecondReading): string | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const at = file.length - 4 - view.getUint16(file.length - 6, true);
  const isThere = view.getUint16(at, true) === DYNAMIC_LOCATION && view.getUint16(at + 2, true) >= 16;
  if (!isThere) return 'its suffix does not begin with the dynamic location';
  return view.getUint32(at + 4, true) === module.startAddress ? undefined : 'its dynamic location is another address';
}

const DYNAMIC_LOCATION = 2;
