import type { Platform } from '../../domain/platform.ts';
import { eraseUnitsOf } from '../../firmware/erase-units.ts';
import type { PlannedWrite } from '../../firmware/flash-plan.ts';
import { FORMER_USER_PAGE } from '../../firmware/memory-map.ts';

/** A stretch of one write: from this offset in its bytes, so many of them. */
export type Piece = { readonly offset: number; readonly sizeBytes: number };

type Placed = Pick<PlannedWrite, 'address' | 'bytes'>;

/** The write by erase units: what of each unit lies in it, in order. */
export function piecesOf(platform: Platform, { address, bytes }: Placed): readonly Piece[] {
  const end = address + bytes.length;
  return eraseUnitsOf(platform, address, bytes.length).map((unit) => {
    const from = Math.max(unit.address, address);
    return { offset: from - address, sizeBytes: Math.min(unit.address + unit.sizeBytes, end) - from };
  });
}

/** Which pieces to look at first: eight spread over the write, the first among them, and the last one. */
export function probesOf(pieces: readonly Piece[]): readonly Piece[] {
  if (pieces.length <= PROBES + 1) return pieces;
  const spread = Array.from({ length: PROBES }, (_, index) => Math.floor((index * (pieces.length - 1)) / PROBES));
  return [...spread, pieces.length - 1].map((at) => pieces[at]).filter((piece) => piece !== undefined);
}

/**
 * The stretches to write so that these pieces are new, in order: neighbours in one, at most sixteen in all, because each one is a start
 * of the flash tool; the smallest gaps are written with them.
 */
export function runsOf(differing: readonly Piece[]): readonly Piece[] {
  const runs: Piece[] = [];
  for (const piece of differing) {
    const last = runs.at(-1);
    if (last !== undefined && endOf(last) >= piece.offset) runs[runs.length - 1] = joined(last, piece);
    else runs.push(piece);
  }
  while (runs.length > MOST_RUNS) {
    const gaps = runs.slice(1).map((run, index) => run.offset - endOf(runs[index] ?? run));
    const at = gaps.indexOf(Math.min(...gaps));
    const [left, right] = runs.slice(at, at + 2);
    if (left === undefined || right === undefined) break;
    runs.splice(at, 2, joined(left, right));
  }
  return runs;
}

/**
 * The pieces to write so that the differing ones are new, and the rest stays as it is. On nRF52 the bootloader erases the first page of the
 * former application slot when the first page of the 256 KB slot is written (device-usb.md 6.5): an application that reaches
 * there has that page written after it, equal or not.
 */
export function withLostPieces(
  platform: Platform,
  write: Placed,
  pieces: readonly Piece[],
  differing: readonly Piece[],
): readonly Piece[] {
  const isLost = (piece: Piece): boolean => write.address + piece.offset === FORMER_USER_PAGE.start;
  const erasesMore =
    platform.mcu === 'nrf52840' &&
    write.address < FORMER_USER_PAGE.start &&
    differing.some((piece) => piece.offset === 0);
  if (!erasesMore) return differing;
  return pieces.filter((piece) => differing.includes(piece) || isLost(piece));
}

/** The bytes of all these pieces together. */
export function bytesIn(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

const PROBES = 8;
const MOST_RUNS = 16;

function endOf({ offset, sizeBytes }: Piece): number {
  return offset + sizeBytes;
}

function joined(left: Piece, right: Piece): Piece {
  return { offset: left.offset, sizeBytes: endOf(right) - left.offset };
}
