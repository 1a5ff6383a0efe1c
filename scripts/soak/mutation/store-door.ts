import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFirmwareStore } from '../../../src-main/adapters/store/firmware-store.files.ts';
import { StationError } from '../../../src-main/domain/failure.ts';
import type { FirmwareStore } from '../../../src-main/ports/firmware-store.ts';
import { filesOf } from '../recipes.ts';
import type { Specimen } from './specimens.ts';
import { withMutant } from './station-door.ts';

/** A firmware store in a folder of its own, to which files are offered one after the other; `end` removes it. */
export type StoreDoor = {
  /** `taken`, or code and sentence of the refusal; undefined for what comes into a store by another door (assets). */
  offer(specimen: Specimen, bytes: Uint8Array): Promise<string | undefined>;
  /** How many files were offered so far, and how many of them got in. */
  readonly counts: { readonly offered: number; readonly taken: number };
  end(): void;
};

/** Opens the door of a new, empty store. */
export function openStoreDoor(): StoreDoor {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-store-'));
  const store = createFirmwareStore(join(folder, 'store'));
  const counts = { offered: 0, taken: 0 };
  return {
    counts,
    offer: async (specimen, bytes) => {
      if (specimen.role === 'asset-module' || specimen.assets.length > 0) return undefined;
      counts.offered += 1;
      try {
        if (specimen.role !== 'application') {
          const answer = await offerRelease(store, folder, specimen, bytes);
          if (answer === 'taken') counts.taken += 1;
          return answer;
        }
        const options = {
          platform: specimen.platform.name,
          productId: specimen.product.id,
          productVersion: specimen.product.version,
        };
        await store.addProduct({ name: 'mutant.bin', bytes }, options);
        counts.taken += 1;
        return 'taken';
      } catch (thrown) {
        if (thrown instanceof StationError) return `${thrown.code}: ${thrown.message}`;
        throw thrown;
      }
    },
    end: () => rmSync(folder, { recursive: true }),
  };
}

/** The whole release with the mutant in the specimen's place; taken means that the mutant itself got in. */
async function offerRelease(
  store: FirmwareStore,
  folder: string,
  specimen: Specimen,
  bytes: Uint8Array,
): Promise<string> {
  const release = mkdtempSync(join(folder, 'release-'));
  const { system, radioStack, bootloader, prebootloader, ncp } = withMutant(specimen, filesOf(specimen.release), bytes);
  for (const [place, file] of [...system, radioStack, bootloader, prebootloader, ncp].entries()) {
    if (file !== undefined) writeFileSync(join(release, `${place}.bin`), file);
  }
  try {
    const { sets } = await store.addRelease([release], {
      platforms: [specimen.platform.name],
      deviceOs: specimen.deviceOs,
      without: ncp === undefined ? ['ncp'] : [],
    });
    const own = createHash('sha256').update(bytes).digest('hex');
    return sets.some(({ files }) => own in files) ? 'taken' : 'left out';
  } finally {
    rmSync(release, { recursive: true });
  }
}
