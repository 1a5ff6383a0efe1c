import type { VisitFigures } from '../../domain/slot-health.ts';
import type { FlashImage } from './flash-image.ts';

/** Counts what a visit did, for the record and for the health of the slot. What fails counts as well. */
export type Tally = {
  writing<Value>(bytes: number, expectedMs: number, work: () => Promise<Value>): Promise<Value>;
  reading<Value>(image: Pick<FlashImage, 'bytesRead'>, work: () => Promise<Value>): Promise<Value>;
  retried(afterStall: boolean): void;
  /** A tally of a part: whatever it counts is counted here too. */
  child(): Tally;
  figures(): VisitFigures;
};

/** A tally that has counted nothing yet. */
export function createTally(parent?: { add(counted: Partial<VisitFigures>): void }): Tally {
  const figures = { bytesWritten: 0, bytesRead: 0, writeMs: 0, readMs: 0, expectedMs: 0, stalls: 0, retries: 0 };
  const add = (counted: Partial<VisitFigures>): void => {
    for (const [name, value] of Object.entries(counted)) figures[name as keyof VisitFigures] += value;
    parent?.add(counted);
  };
  return {
    async writing(bytes, expectedMs, work) {
      const startedAt = performance.now();
      try {
        const value = await work();
        add({ bytesWritten: bytes, expectedMs });
        return value;
      } finally {
        add({ writeMs: performance.now() - startedAt });
      }
    },
    async reading(image, work) {
      const startedAt = performance.now();
      const before = image.bytesRead();
      try {
        return await work();
      } finally {
        add({ readMs: performance.now() - startedAt, bytesRead: image.bytesRead() - before });
      }
    },
    retried: (afterStall) => add({ retries: 1, stalls: afterStall ? 1 : 0 }),
    child: () => createTally({ add }),
    figures() {
      const { writeMs, readMs, expectedMs, ...counts } = figures;
      return {
        ...counts,
        writeMs: Math.round(writeMs),
        readMs: Math.round(readMs),
        expectedMs: Math.round(expectedMs),
      };
    },
  };
}
