import { describe, expect, test } from 'vitest';
import type { CloudDeviceDetail } from '../../../src-main/ports/cloud-devices.ts';
import type { ProductCloud } from '../../../src-main/ports/product-cloud.ts';
import type { CloudFirmware } from '../../../src-main/ports/product-firmware.ts';
import { viewLocks } from '../../../src-main/product-view/view-devices.ts';

/** As the live list gives them: whether a unit is locked stands in a row only sometimes (cloud-api.md 2.3). */
function row(id: string, more: object): CloudDeviceDetail {
  const told = { id, groups: [], quarantined: false, denied: false, isDevelopment: false, online: false };
  return { ...told, ...more } as unknown as CloudDeviceDetail;
}

const firmware = [
  { version: 1, groups: [], isProductDefault: false },
  { version: 2, groups: [], isProductDefault: true },
  { version: 3, groups: ['lab'], isProductDefault: false },
] as unknown as readonly CloudFirmware[];

/** A cloud whose rows keep their locks to themselves, and which counts how often single devices are asked for. */
function secretiveCloud(rows: readonly CloudDeviceDetail[], locks: Readonly<Record<string, number>>) {
  const asked: string[] = [];
  const cloud = {
    devices: {
      list: async () => ({ rows, totalPages: 1 }),
      detail: async (_productId: number, id: string) => {
        asked.push(id);
        const found = rows.find((one) => (one.id as string) === id);
        return found === undefined ? undefined : { ...found, lockedVersion: locks[id] };
      },
    },
    firmware: { list: async () => firmware },
  } as unknown as ProductCloud;
  const options = { signal: new AbortController().signal, timeoutMs: 1_000 };
  return { asked, access: { cloud, productId: 1, options } };
}

describe('a lock that the list does not show', () => {
  test('is found where the cloud wants another version than the releases give, and no other unit is asked for', async () => {
    const rows = [
      row('a', { targetVersion: 2 }),
      row('b', { targetVersion: 1 }),
      row('c', { targetVersion: 3, groups: ['lab'] }),
      row('d', { targetVersion: 2, groups: ['lab'] }),
      row('e', { targetVersion: undefined }),
      row('f', { targetVersion: 9, lockedVersion: 9 }),
      row('g', { targetVersion: 1, quarantined: true }),
    ];
    const { asked, access } = secretiveCloud(rows, { b: 1, d: 2 });
    const { locked, isComplete } = await viewLocks(access);
    expect(asked).toEqual(['b', 'd']);
    expect(locked.map(({ deviceId, lockedVersion }) => [deviceId, lockedVersion])).toEqual([
      ['b', 1],
      ['d', 2],
      ['f', 9],
    ]);
    expect(isComplete).toBe(true);
  });

  test('is not looked for without end, and the view says that it may lack some', async () => {
    const rows = Array.from({ length: 60 }, (_, at) => row(`unit-${at}`, { targetVersion: 1 }));
    const { asked, access } = secretiveCloud(rows, {});
    const { isComplete } = await viewLocks(access);
    expect(asked).toHaveLength(50);
    expect(isComplete).toBe(false);
  });
});
