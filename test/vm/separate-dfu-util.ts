import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeBench, dfuUtil, enterDfu, openBench, type UnitInGuest } from './guest-bench.ts';
import type { Guest } from './lab/guest.ts';
import type { Referee } from './lab/referee.ts';

const usbIds = { boron: '2b04:d00d', electron: '2b04:d00a' } as const;

/** dfu-util against the virtual units, with the vendor's own application images. */
export function describeSeparateDfuUtil(guest: () => Guest, referee: Referee): void {
  describe('written by one dfu-util and read by another', () => {
    const platforms = ['boron', 'electron'] as const;
    let units: readonly UnitInGuest[];
    beforeAll(async () => {
      units = await openBench(guest(), platforms, { speed: 4 });
    });
    afterAll(() => closeBench(guest()));

    it.each(platforms.map((platform, index) => ({ platform, index })))(
      'a $platform holds exactly the image, and starts again',
      async ({ platform, index }) => {
        const unit = units[index] as UnitInGuest;
        const image = await readFile(referee.tinker(platform));
        // The image's own header says where it goes (firmware-modules.md 2).
        const address = image.readUInt32LE(0);
        await enterDfu(guest(), unit);
        const place = ['-d', usbIds[platform], '-p', unit.portPath, '-a', '0'];
        const written = await dfuUtil(guest(), ...place, '-s', hex(address), '-D', referee.tinker(platform));
        expect(written.stdout).toContain('File downloaded successfully');

        const file = `${unit.portPath}.bin`;
        const range = `${hex(address)}:${image.length}`;
        await dfuUtil(guest(), ...place, '-s', range, '-U', `/lab/results/${file}`);
        expect(digest(await readFile(path.join(guest().results, file)))).toBe(digest(image));
        expect(await unit.flashDigest(address, image.length)).toBe(digest(image));

        await dfuUtil(guest(), ...place, '-s', `${hex(address)}:leave`, '-D', referee.tinker(platform));
        await unit.tty();
      },
    );
  });
}

const hex = (address: number): string => `0x${address.toString(16)}`;

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
