import { type Failure, failure } from '../domain/failure.ts';
import type { Platform } from '../domain/platform.ts';
import type { FirmwareModule } from './firmware-module.ts';

/**
 * Whether the unit's own firmware will recognise the module it is given, beyond place and platform: the processor it is meant for, and
 * on RTL872x the entry by which the unit finds its application. Facts from Device OS 6.2.0 (ota_module.cpp and ota_module_bounds.c of
 * nRF52840 and rtl872x, core_hal.c of rtl872x); firmware-modules.md 1.2 and 1.7. Pure.
 */
export function checkRecognised(module: FirmwareModule, platform: Platform): Failure | undefined {
  return (
    checkProcessor(module, platform) ??
    (module.function === 'ncp' ? checkCoProcessor(module) : undefined) ??
    (module.function === 'user-part' && platform.mcu === 'rtl872x' ? checkDynamicLocation(module) : undefined)
  );
}

/** Byte 8 of the prefix: 0 is the main processor, 0x21 the ESP32 co-processor, 0xFF any. Gen 2 does not look at it. */
function checkProcessor(module: FirmwareModule, platform: Platform): Failure | undefined {
  if (platform.mcu === 'stm32f2xx') return undefined;
  const found = module.bytes[module.prefixOffset + 8] ?? 0;
  const isRight = module.function === 'ncp' ? found === ESP32 : found === 0 || found === ANY_PROCESSOR;
  if (isRight) return undefined;
  const detail = `${module.fileName} is for processor 0x${found.toString(16)}; the unit would not take it as its ${module.function}.`;
  return failure('firmware/unsupported', detail, { processor: found });
}

const ESP32 = 0x21;
const ANY_PROCESSOR = 0xff;

/** The unit knows one co-processor image: index 0, from address 0 to 1500 KB at most. */
function checkCoProcessor(module: FirmwareModule): Failure | undefined {
  const { index, startAddress, endAddress } = module;
  if (index === 0 && startAddress === 0 && endAddress <= CO_PROCESSOR_BYTES) return undefined;
  const range = `0x${startAddress.toString(16)} to 0x${endAddress.toString(16)}`;
  const detail = `${module.fileName} is co-processor part ${index} from ${range}; units have part 0 from 0 up to 1500 KB only.`;
  return failure('firmware/wrong-location', detail);
}

const CO_PROCESSOR_BYTES = 1500 * 1024;

/**
 * An RTL872x unit reads its application from the end: the first entry of the suffix must be DYNAMIC_LOCATION, 16 bytes with the start
 * address first. With another entry in its place the start code of 6.2.0 loops for ever; with another address it finds nothing.
 */
function checkDynamicLocation(module: FirmwareModule): Failure | undefined {
  const { bytes, suffixSize, startAddress, fileName } = module;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = bytes.length - 4 - suffixSize;
  const hasEntry = view.getUint16(at, true) === DYNAMIC_LOCATION && view.getUint16(at + 2, true) === 16;
  if (hasEntry && view.getUint32(at + 4, true) === startAddress) return undefined;
  const found = hasEntry ? `names 0x${view.getUint32(at + 4, true).toString(16)}` : 'is not there';
  const detail = `${fileName} starts at 0x${startAddress.toString(16)}, but the entry by which the unit finds it ${found}.`;
  return failure('firmware/wrong-location', detail);
}

const DYNAMIC_LOCATION = 2;
