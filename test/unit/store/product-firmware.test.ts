import { randomBytes } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createHttpProductFirmware } from '../../../src-main/adapters/cloud/product-firmware.http.ts';
import type { CloudFault } from '../../../src-main/virtual/cloud/cloud-faults.ts';
import { createVirtualCloud, type VirtualCloud } from '../../../src-main/virtual/cloud/virtual-cloud.ts';
import { refusal } from './store-bench.ts';

const SCOPES = ['firmware:list', 'firmware:get', 'firmware.binary:get'];
const PATIENCE = { signal: new AbortController().signal, timeoutMs: 10_000 };
// Bytes that are no text: a decoder on the way would show.
const BYTES = Buffer.concat([randomBytes(70_000), Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28])]);

async function bench(faults: readonly CloudFault[] = [], scopes = SCOPES) {
  const cloud = await createVirtualCloud({
    products: [
      { id: 8178, platformId: 13 },
      { id: 9999, platformId: 13, team: ['somebody@example.org'] },
    ],
    faults,
  });
  onTestFinished(() => cloud.close());
  cloud.addFirmware({ productId: 8178, version: 12, bytes: Buffer.from('twelve'), title: 'Old' });
  cloud.addFirmware({ productId: 8178, version: 13, bytes: BYTES, name: 'tank.bin' });
  const token = cloud.addToken({ scopes });
  const firmware = createHttpProductFirmware({
    baseUrl: cloud.baseUrl,
    token: async () => token,
    appVersion: '0.1.0',
    pace: { firstWaitMs: 1, longestWaitMs: 2, rateLimitWaitMs: 1 },
  });
  return { cloud, firmware, token };
}

describe('the cloud product’s firmware', () => {
  test('is listed as it was uploaded', async () => {
    const { firmware } = await bench();
    expect(await firmware.list(8178, PATIENCE)).toMatchObject([
      { version: 12, title: 'Old', name: 'firmware.bin', sizeBytes: 6 },
      { version: 13, title: 'Version 13', name: 'tank.bin', sizeBytes: BYTES.length },
    ]);
  });

  test('comes byte for byte, by version', async () => {
    const { firmware } = await bench();
    expect(Buffer.compare(await firmware.binary(8178, 13, PATIENCE), BYTES)).toBe(0);
    expect((await refusal(firmware.binary(8178, 14, PATIENCE))).code).toBe('store/not-found');
  });

  test.each<[string, CloudFault, string]>([
    ['a page of the plant’s network', { name: 'html-502' }, 'cloud/server-error'],
    ['more than any bundle', { name: 'oversized' }, 'cloud/bad-answer'],
    ['a refusal of the token', { name: 'unauthorized' }, 'cloud/permission'],
    ['a list that is none', { name: 'wrong-shape' }, 'cloud/bad-answer'],
  ])('is refused when the answer is %s', async (_what, fault, code) => {
    const { firmware } = await bench([fault]);
    expect((await refusal(firmware.list(8178, PATIENCE))).code).toBe(code);
  });

  test('is asked for again when the connection breaks in the middle', async () => {
    const { firmware, cloud } = await bench([{ name: 'truncated', count: 2, endpoint: 'download-firmware' }]);
    expect(Buffer.compare(await firmware.binary(8178, 13, PATIENCE), BYTES)).toBe(0);
    expect(endpoints(cloud)).toEqual(['download-firmware', 'download-firmware', 'download-firmware']);
  });

  test('needs its own right, and is nobody else’s', async () => {
    const { firmware } = await bench([], ['firmware:list']);
    expect(await firmware.list(8178, PATIENCE)).toHaveLength(2);
    expect((await refusal(firmware.binary(8178, 13, PATIENCE))).code).toBe('cloud/permission');
    expect((await refusal(firmware.list(9999, PATIENCE))).code).toBe('cloud/permission');
  });

  test('is given over the wire as the vendor describes it: a bare array, files as bytes', async () => {
    const { cloud, token } = await bench();
    const get = (path: string) => fetch(`${cloud.baseUrl}${path}`, { headers: { authorization: `Bearer ${token}` } });
    const listed = (await (await get('/v1/products/8178/firmware')).json()) as readonly unknown[];
    expect(listed).toMatchObject([
      { version: 12, groups: [], device_count: 0 },
      { version: 13, size: BYTES.length },
    ]);
    expect(await (await get('/v1/products/8178/firmware/13')).json()).toEqual(listed[1]);
    expect((await get('/v1/products/8178/firmware/99')).status).toBe(404);
    const file = await get('/v1/products/8178/firmware/13/binary');
    expect(file.headers.get('content-type')).toBe('application/octet-stream');
    expect(Buffer.compare(Buffer.from(await file.arrayBuffer()), BYTES)).toBe(0);
  });
});

function endpoints(cloud: VirtualCloud): readonly (string | undefined)[] {
  return cloud.requests.list().map(({ endpoint }) => endpoint);
}
