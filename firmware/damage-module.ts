import { seal } from './generate-module.ts';

/** The deliberate defects of firmware-modules.md 8.1 that concern one file alone. */
export type ModuleDefect =
  | 'wrong-crc'
  | 'wrong-hash'
  | 'cut-by-one'
  | 'longer-by-one'
  | 'unknown-platform'
  | 'unknown-function'
  | 'unknown-flag'
  | 'suffix-65535'
  | 'compressed-flag'
  | 'encrypted-flag';

/**
 * A damaged copy of a generated module. All but the first four defects keep the CRC right (and the hash, where the suffix
 * can still be found), so that only a reader which looks at the field itself refuses them.
 */
export function damageModule(file: Uint8Array, prefixOffset: number, defect: ModuleDefect): Uint8Array {
  const payloadAt = prefixOffset + 24;
  switch (defect) {
    case 'wrong-crc':
      return patched(file, (copy) => flip(copy, copy.length - 1), 'leave');
    case 'wrong-hash':
      return patched(file, (copy) => flip(copy, payloadAt), 'crc');
    case 'cut-by-one':
      return file.slice(0, -1);
    case 'longer-by-one':
      return Uint8Array.of(...file, 0);
    case 'unknown-platform':
      return patched(file, (copy) => new DataView(copy.buffer).setUint16(prefixOffset + 12, 99, true), 'both');
    case 'unknown-function':
      return patched(file, (copy) => copy.set([10], prefixOffset + 14), 'both');
    case 'unknown-flag':
      return patched(file, (copy) => copy.set([0x40], prefixOffset + 9), 'both');
    case 'compressed-flag':
      return patched(file, (copy) => copy.set([0x02], prefixOffset + 9), 'both');
    case 'encrypted-flag':
      return patched(file, (copy) => copy.set([0x08], prefixOffset + 9), 'both');
    case 'suffix-65535':
      return patched(file, (copy) => copy.set([0xff, 0xff], copy.length - 6), 'both');
  }
}

function patched(file: Uint8Array, patch: (copy: Uint8Array) => void, repair: 'leave' | 'crc' | 'both'): Uint8Array {
  const copy = Uint8Array.from(file);
  patch(copy);
  if (repair !== 'leave') seal(copy, { hash: repair === 'both' });
  return copy;
}

function flip(bytes: Uint8Array, at: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ 0x01;
}
