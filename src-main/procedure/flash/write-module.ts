import { StationError } from '../../domain/failure.ts';
import type { FailureCode } from '../../domain/failure-codes.ts';
import type { Json } from '../../domain/json.ts';
import type { PlannedWrite } from '../../firmware/flash-plan.ts';
import { writeMs } from '../../firmware/flash-times.ts';
import { guardPart } from '../../firmware/write-guard.ts';
import type { FlashProgress } from '../../ports/flasher.ts';
import type { ReadBackHash } from '../facts.ts';
import type { StepContext } from '../procedure.ts';
import { createFlashImage, type FlashImage, mayHoldFormerApplication } from './flash-image.ts';
import { bytesIn, type Piece, piecesOf, runsOf, withLostPieces } from './flash-pieces.ts';
import type { FlashVisit } from './flash-visit.ts';
import type { Tally } from './tally.ts';

/** What was done for one write of the plan, for the record. Times in ms. */
export type WriteRecord = {
  readonly [key: string]: Json;
  readonly what: string;
  readonly bytes: number;
  readonly runs: number;
  readonly durationMs: number;
  readonly bytesPerSecond: number;
  readonly readBytes: number;
  readonly readMs: number;
  readonly retries: number;
};

export type ModuleProgress = (progress: FlashProgress & { readonly share: number }) => void;

/**
 * Brings the flash of a unit to what one write of the plan says, and proves it by reading: looks at what is there (unless the plan says
 * to write unseen), writes the erase units that differ, reads back what was written and compares. A write that fails is continued from
 * what is really in the flash, at most twice; a difference after a good write is written once more. Rejects with what the flasher says,
 * or `flash/verify-mismatch`, and then nobody knows more of this range than that it is not right.
 */
export async function writeModule(
  write: PlannedWrite,
  visit: FlashVisit,
  tally: Tally,
  { recipe, isFull, signal }: Pick<StepContext, 'recipe' | 'isFull' | 'signal'>,
  onProgress: ModuleProgress,
): Promise<WriteRecord> {
  const { platform } = recipe;
  const own = tally.child();
  const image = createFlashImage(write);
  const pieces = piecesOf(platform, write);
  const show = createProgress(write, onProgress);
  let pending: readonly Piece[] | undefined = write.compare && !isFull ? undefined : pieces;
  let transcript: readonly string[] = [];
  let runCount = 0;
  let hasDiffered = false;

  const look = async (): Promise<readonly Piece[]> => {
    const differing = await own.reading(image, async () =>
      image.compare(await visit.reader(write.alt), pieces, show.looking),
    );
    if (write.module !== undefined || differing.length === 0) return differing;
    const page = await (await visit.reader(write.alt)).read(write.address, write.bytes.length);
    return mayHoldFormerApplication(page) ? differing : [];
  };
  /** Writes what is pending and reads it back; what still differs is pending then. */
  const advance = async (): Promise<readonly Piece[]> => {
    const differing = withLostPieces(platform, write, pieces, pending ?? (await look()));
    pending = undefined; // after a failure only the flash itself knows
    const runs = runsOf(differing);
    for (const run of runs) {
      const part = partOf(write, run);
      const guarded = guardPart(platform, write, part.address, part.bytes.length);
      if (!guarded.ok) throw new StationError(guarded.failure.code, guarded.failure.detail);
      const report = await own.writing(part.bytes.length, writeMs(platform, part), () =>
        visit.write({ alt: write.alt, ...part }, show.writing(run)),
      );
      transcript = report.transcript;
      runCount += 1;
    }
    const written = pieces.filter((piece) => runs.some((run) => isIn(piece, run)));
    return own.reading(image, async () =>
      written.length === 0 ? [] : image.readBack(await visit.reader(write.alt), written, show.readingBack(written)),
    );
  };

  for (let failures = 0; ; ) {
    try {
      const differing = await advance();
      if (differing.length === 0) break;
      if (hasDiffered) throw mismatch(write, differing);
      hasDiffered = true;
      pending = differing;
      own.retried(false);
    } catch (thrown) {
      failures += 1;
      const code = signal.aborted ? undefined : retryableCode(thrown);
      if (code === undefined || failures > MOST_RETRIES) throw thrown;
      await visit.close();
      own.retried(code === 'flash/stalled');
      // A unit that cannot even be brought to rest has nothing to continue from.
      await visit.reader(write.alt);
    }
  }
  show.done();
  return recordOf(write, own, image, { runCount, transcript });
}

/** The hashes that these records prove, each of the whole range of its write. */
export function readBackOf(records: readonly WriteRecord[]): readonly ReadBackHash[] {
  return records.flatMap(({ what, sha256 }) => (typeof sha256 === 'string' ? [{ what, sha256 }] : []));
}

/** Together with the first try that is three, and no more than half a minute of silence (flash-visit.ts). */
const MOST_RETRIES = 2;

/** Failures after which the flash may well be half written and the unit still there. */
const RETRYABLE: readonly FailureCode[] = [
  'flash/write-failed',
  'flash/stalled',
  'flash/tool-failed',
  'usb/transfer-failed',
];

function retryableCode(thrown: unknown): FailureCode | undefined {
  const code = thrown instanceof StationError ? thrown.code : undefined;
  return code !== undefined && RETRYABLE.includes(code) ? code : undefined;
}

function partOf(write: PlannedWrite, { offset, sizeBytes }: Piece): { address: number; bytes: Uint8Array } {
  return { address: write.address + offset, bytes: write.bytes.subarray(offset, offset + sizeBytes) };
}

function isIn(piece: Piece, run: Piece): boolean {
  return piece.offset >= run.offset && piece.offset + piece.sizeBytes <= run.offset + run.sizeBytes;
}

function mismatch(write: PlannedWrite, differing: readonly Piece[]): StationError {
  const places = differing.slice(0, 5).map(({ offset }) => `0x${(write.address + offset).toString(16)}`);
  const detail = `What was written (${write.what}) reads back differently at ${places.join(', ')}, twice.`;
  return new StationError('flash/verify-mismatch', detail, { evidence: { places, count: differing.length } });
}

/** How much of the whole, 0..1: looking is little, writing nearly all, reading back the rest. */
function createProgress(write: PlannedWrite, report: ModuleProgress) {
  const totalBytes = write.bytes.length;
  const [looked, written] = write.compare ? [0.08, 0.92] : [0, 0.92];
  return {
    looking: (doneBytes: number): void =>
      report({ phase: 'read', doneBytes, totalBytes, share: (looked * doneBytes) / totalBytes }),
    writing:
      (run: Piece) =>
      ({ phase, doneBytes }: FlashProgress): void => {
        // Erasing and writing count alike; of the stretches before this one both are done.
        const half = run.sizeBytes / 2;
        const inRun = Math.min(doneBytes, run.sizeBytes) / 2 + (phase === 'erase' ? 0 : half);
        const share = looked + (written - looked) * ((run.offset + inRun) / totalBytes);
        report({ phase, doneBytes: run.offset + doneBytes, totalBytes, share });
      },
    readingBack: (pieces: readonly Piece[]) => {
      const toRead = bytesIn(pieces);
      return (doneBytes: number): void =>
        report({ phase: 'read', doneBytes, totalBytes: toRead, share: written + (1 - written) * (doneBytes / toRead) });
    },
    done: (): void => report({ phase: 'read', doneBytes: totalBytes, totalBytes, share: 1 }),
  };
}

function recordOf(
  write: PlannedWrite,
  own: Tally,
  image: FlashImage,
  { runCount, transcript }: { readonly runCount: number; readonly transcript: readonly string[] },
): WriteRecord {
  const { bytesWritten, writeMs: durationMs, bytesRead, readMs, retries } = own.figures();
  const sha256 = image.sha256();
  return {
    what: write.what,
    bytes: bytesWritten,
    of: write.bytes.length,
    runs: runCount,
    durationMs,
    bytesPerSecond: Math.round((bytesWritten * 1000) / Math.max(durationMs, 1)),
    readBytes: bytesRead,
    readMs,
    retries,
    ...(sha256 === undefined ? {} : { sha256 }),
    transcript,
  };
}
