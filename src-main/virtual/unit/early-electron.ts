import { seal } from '../../../firmware/generate-module.ts';
import type { GeneratedRelease } from '../../../firmware/generate-release.ts';

/**
 * The modules of an Electron of Device OS 0.4 or 0.5: it had two system parts where later ones have three (device-usb.md 6.6),
 * which the generator of releases does not know. The third is left out, and what depended on it depends on nothing.
 */
export function earlyElectronModules(release: GeneratedRelease): readonly Uint8Array[] {
  return release.files
    .map((file) => Uint8Array.from(file.bytes))
    .filter((bytes) => !(prefixIs(bytes, 0, THIRD_PART) && bytes[3] === 0x08))
    .map((bytes) => {
      if (prefixIs(bytes, VECTORS, FIRST_PART)) {
        bytes.fill(0, VECTORS + 16, VECTORS + 20);
        seal(bytes);
      }
      return bytes;
    });
}

/** Module function and index, at 14 and 15 of the prefix. */
const FIRST_PART = [4, 1] as const;
const THIRD_PART = [4, 3] as const;
const VECTORS = 0x184;

function prefixIs(bytes: Uint8Array, at: number, [fn, index]: readonly [number, number]): boolean {
  return bytes[at + 14] === fn && bytes[at + 15] === index;
}
