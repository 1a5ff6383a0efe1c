import { describe, expect, test } from 'vitest';
import { createCloudFaults, parseCloudFault } from '../../../src-main/virtual/cloud/cloud-faults.ts';
import { parseCloudSeed } from '../../../src-main/virtual/cloud/cloud-seed.ts';
import { CLOUD_ENDPOINTS } from '../../../src-main/virtual/cloud/routes.ts';
import { createVirtualCloud } from '../../../src-main/virtual/cloud/virtual-cloud.ts';
import { D1 } from './cloud-bench.ts';

describe('a cloud fault on the command line', () => {
  test.each([
    ['down', { name: 'down' }],
    ['slow=1500', { name: 'slow', value: 1_500 }],
    ['rate-limited=2*1@get-sim', { name: 'rate-limited', value: 2, count: 1, endpoint: 'get-sim' }],
    [' html-502*3 ', { name: 'html-502', count: 3 }],
  ])('%s is read', (text, value) => {
    expect(parseCloudFault(text, CLOUD_ENDPOINTS)).toEqual({ ok: true, value });
  });

  test.each(['', 'constructor', 'no-such', 'down=3', 'slow=', 'slow=-1', 'down*0', 'down@nowhere', 'down down'])(
    '%j is refused',
    (text) => {
      expect(parseCloudFault(text, CLOUD_ENDPOINTS)).toMatchObject({ ok: false, failure: { code: 'request/invalid' } });
    },
  );
});

test('a fault with a count and an endpoint is used up by that endpoint alone', () => {
  const faults = createCloudFaults([{ name: 'down', count: 2, endpoint: 'get-sim' }, { name: 'html-502' }]);
  const taken = ['get-device', 'get-sim', 'get-sim', 'get-sim'].map((endpoint) => faults.take(endpoint)?.name);
  expect(taken).toEqual(['html-502', 'down', 'down', 'html-502']);
  faults.clear();
  expect(faults.take('get-sim')).toBeUndefined();
});

describe('a seed file', () => {
  test('becomes the memory of a cloud', async () => {
    const seed = parseCloudSeed(
      `{"products":[{"id":5,"platformId":13}],"units":[{"deviceId":"${D1}","platformId":13,"conditions":["sim-active"]}]}`,
    );
    if (!seed.ok) throw new Error(seed.failure.detail);
    const virtual = await createVirtualCloud(seed.value);
    expect([virtual.state.products.has(5), virtual.state.devices.has(D1)]).toEqual([true, true]);
    await virtual.close();
  });

  test.each([
    ['{', 'not JSON'],
    ['[]', 'its top'],
    ['{"units":[{"deviceId":"WAT","platformId":13}]}', 'units.0.deviceId'],
    ['{"products":[{"id":5}]}', 'products.0.platformId'],
  ])('%s is refused, naming the place', (text, place) => {
    const seed = parseCloudSeed(text);
    expect(seed).toMatchObject({ ok: false, failure: { detail: expect.stringContaining(place) } });
  });
});

test('closing a cloud ends requests that hang', async () => {
  const virtual = await createVirtualCloud({ faults: [{ name: 'hang' }] });
  const hanging = fetch(`${virtual.baseUrl}/v1/products`);
  await Promise.race([hanging.catch(() => undefined), virtual.requests.next('list-products')]);
  await virtual.close();
  await expect(hanging).rejects.toThrow();
});
