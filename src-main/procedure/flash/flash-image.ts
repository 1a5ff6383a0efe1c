import { createHash } from 'node:crypto';
import type { PlannedWrite } from '../../firmware/flash-plan.ts';
import { FORMER_USER_PAGE } from '../../firmware/memory-map.ts';
import type { FlashReader } from '../../ports/flasher.ts';
import { DFU_TRANSFER_BYTES } from '../../protocol/dfu.ts';
import { type Piece, probesOf } from './flash-pieces.ts';

/** What is known of the flash behind one write: bytes that were read from it, and what of the write they are not equal to. */
export type FlashImage = {
  /**
   * Looks at the pieces and returns those that differ: at a few first, and when none of them is equal, which is what another firmware
   * looks like, at no more.
   */
  compare(
    reader: FlashReader,
    pieces: readonly Piece[],
    onBytes: (doneBytes: number) => void,
  ): Promise<readonly Piece[]>;
  /** Reads these pieces whole and returns those that differ. */
  readBack(
    reader: FlashReader,
    pieces: readonly Piece[],
    onBytes: (doneBytes: number) => void,
  ): Promise<readonly Piece[]>;
  /** SHA-256 of the whole range as it was read, lower-case hex; only when all of it was. */
  sha256(): string | undefined;
  /** Bytes read from the unit so far. */
  bytesRead(): number;
};

/** An image of the range of one write, of which nothing is known yet. */
export function createFlashImage(write: PlannedWrite): FlashImage {
  const found = new Uint8Array(write.bytes.length);
  const known = new Set<Piece>();
  let total = 0;
  let bytesKnown = 0;

  /** Reads a piece up to the first block that differs: that it differs is then known, and that is enough. */
  const isEqual = async (reader: FlashReader, piece: Piece): Promise<boolean> => {
    if (known.delete(piece)) bytesKnown -= piece.sizeBytes;
    for (let at = 0; at < piece.sizeBytes; at += DFU_TRANSFER_BYTES) {
      const length = Math.min(DFU_TRANSFER_BYTES, piece.sizeBytes - at);
      const offset = piece.offset + at;
      const block = await reader.read(write.address + offset, length);
      total += length;
      found.set(block, offset);
      if (!isSame(block, write.bytes.subarray(offset, offset + length))) return false;
    }
    known.add(piece);
    bytesKnown += piece.sizeBytes;
    return true;
  };

  return {
    async compare(reader, pieces, onBytes) {
      const equal = new Set<Piece>();
      const probes = probesOf(pieces);
      let done = 0;
      const look = async (piece: Piece): Promise<void> => {
        if (await isEqual(reader, piece)) equal.add(piece);
        done += piece.sizeBytes;
        onBytes(done);
      };
      for (const piece of probes) await look(piece);
      if (equal.size === 0) return pieces;
      for (const piece of pieces) if (!probes.includes(piece)) await look(piece);
      return pieces.filter((piece) => !equal.has(piece));
    },
    async readBack(reader, pieces, onBytes) {
      const differing: Piece[] = [];
      let done = 0;
      for (const piece of pieces) {
        if (!(await isEqual(reader, piece))) differing.push(piece);
        done += piece.sizeBytes;
        onBytes(done);
      }
      return differing;
    },
    sha256: () => (bytesKnown === found.length ? createHash('sha256').update(found).digest('hex') : undefined),
    bytesRead: () => total,
  };
}

/**
 * Whether an application may stand in this page, the first one of the former 128 KB slot of nRF52: one whose prefix names this place
 * (firmware-modules.md 1.2, 3.6). Everything else there, a piece of a larger application above all, starts nothing.
 */
export function mayHoldFormerApplication(page: Uint8Array): boolean {
  if (page.length < PREFIX_BYTES) return false;
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  return view.getUint32(0, true) === FORMER_USER_PAGE.start;
}

const PREFIX_BYTES = 24;

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
