import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuiltVirtualStation, buildVirtualStation } from '../../src-main/build-virtual-station.ts';

/** A virtual line of this many borons in a fresh data folder, hurried, with small modules. `close` leaves nothing behind. */
export async function openVirtualStation(slots: number): Promise<BuiltVirtualStation> {
  const data = mkdtempSync(join(tmpdir(), 'linewright-e2e-'));
  const platforms = new Array<'boron'>(slots).fill('boron');
  const built = await buildVirtualStation({ platforms, data, speed: 50, scale: 0.05, batch: 'E2E' });
  if (!built.ok) throw new Error(`${built.failure.code}: ${built.failure.detail}`);
  return {
    ...built.value,
    close: async () => {
      await built.value.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
