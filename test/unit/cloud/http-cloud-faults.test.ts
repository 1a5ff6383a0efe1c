import { describe, expect, test } from 'vitest';
import { createHttpCloud } from '../../../src-main/adapters/cloud/cloud.http.ts';
import { StationError } from '../../../src-main/domain/failure.ts';
import type { CloudFault } from '../../../src-main/virtual/cloud/cloud-faults.ts';
import { D1, errorOf, I7, PRODUCT, startCloudBench, within } from './cloud-bench.ts';

describe('a fault that passes is not seen above the client', () => {
  test.each([
    ['down', 'added'],
    ['reset-before-effect', 'added'],
    ['reset-after-effect', 'already-member'],
    ['truncated', 'already-member'],
    ['server-error', 'added'],
    ['html-502', 'added'],
    ['html-504-after-effect', 'already-member'],
  ] as const)('%s once, and the next try succeeds', async (name, verdict) => {
    await using bench = await startCloudBench({ faults: [{ name, count: 1 }] });
    expect(await bench.cloud.addDevice(PRODUCT, D1, bench.options)).toBe(verdict);
    expect(bench.virtual.requests.list()).toHaveLength(2);
  });

  test('a try without an answer gives up in time for another', async () => {
    await using bench = await startCloudBench({ faults: [{ name: 'hang', count: 1 }] });
    const cloud = createHttpCloud({
      baseUrl: bench.virtual.baseUrl,
      token: async () => bench.virtual.token,
      appVersion: '0.1.0',
      pace: { firstWaitMs: 1, tryTimeoutMs: 300 },
    });
    expect(await cloud.addDevice(PRODUCT, D1, bench.options)).toBe('added');
  });

  test('the next request after a 429 is not sent before Retry-After is over', async () => {
    await using bench = await startCloudBench({
      clockSpeed: 1,
      faults: [{ name: 'rate-limited', value: 1, count: 1 }],
    });
    expect(await bench.cloud.addDevice(PRODUCT, D1, bench.options)).toBe('added');
    const [first, second] = bench.virtual.requests.list();
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  test('a cut SIM import that took effect is an import', async () => {
    await using bench = await startCloudBench({ faults: [{ name: 'html-504-after-effect', count: 1 }] });
    await bench.cloud.importSim(PRODUCT, I7, bench.options);
    expect(bench.virtual.requests.list()).toHaveLength(1);
    expect(await bench.cloud.sim(PRODUCT, I7, bench.options)).toBeDefined();
  });
});

describe('a fault that stays ends in a code', () => {
  test.each([
    [{ name: 'down' }, 'cloud/unreachable', 5, 'the connection was cut'],
    [{ name: 'reset-before-effect' }, 'cloud/unreachable', 5, 'the connection was cut'],
    [{ name: 'truncated' }, 'cloud/unreachable', 5, 'the connection was cut'],
    [{ name: 'server-error' }, 'cloud/server-error', 5, 'Something went wrong'],
    [{ name: 'server-error', value: 503 }, 'cloud/server-error', 5, 'Something went wrong'],
    [{ name: 'server-error', value: 408 }, 'cloud/timeout', 5, 'Something went wrong'],
    [{ name: 'server-error', value: 422 }, 'cloud/refused', 1, 'Something went wrong'],
    [{ name: 'html-502' }, 'cloud/server-error', 5, '"502 Bad Gateway" from a proxy'],
    [{ name: 'rate-limited', value: 3_600 }, 'cloud/rate-limited', 1, 'slow down'],
    [{ name: 'rate-limited-bare' }, 'cloud/rate-limited', 1, 'slow down'],
    [{ name: 'unauthorized' }, 'cloud/permission', 1, 'access token provided is invalid'],
    [{ name: 'forbidden' }, 'cloud/permission', 1, 'Permission denied'],
    [{ name: 'captive-portal' }, 'network/sign-in-page', 1, '"Welcome to Factory Guest WiFi": not the cloud'],
    [{ name: 'captive-redirect' }, 'network/sign-in-page', 1, 'captive portal'],
    [{ name: 'malformed' }, 'cloud/bad-answer', 1, 'not JSON'],
    [{ name: 'wrong-shape' }, 'cloud/bad-answer', 1, 'updated'],
    [{ name: 'oversized' }, 'cloud/bad-answer', 1, 'too large'],
    [{ name: 'ok-false' }, 'cloud/refused', 1, 'Something is not right'],
  ] as const satisfies readonly (readonly [CloudFault, string, number, string])[])(
    '%o ends in %s after %i tries',
    async (fault, code, tries, words) => {
      await using bench = await startCloudBench({ faults: [fault] });
      const error = await errorOf(bench.cloud.addDevice(PRODUCT, D1, bench.options));
      expect(error.code).toBe(code);
      expect(error.message).toContain(words);
      expect(bench.virtual.requests.list()).toHaveLength(tries);
    },
  );

  test('a cloud nobody listens for is unreachable, and reachable again when it is back', async () => {
    await using bench = await startCloudBench();
    await bench.virtual.goOffline();
    const error = await errorOf(bench.cloud.addDevice(PRODUCT, D1, bench.options));
    expect([error.code, error.evidence?.tries]).toEqual(['cloud/unreachable', 5]);
    expect(error.message).toContain('nobody listens there');
    await bench.virtual.goOnline();
    expect(await bench.cloud.addDevice(PRODUCT, D1, bench.options)).toBe('added');
  });

  test('a wait that would outlast the deadline is not begun', async () => {
    await using bench = await startCloudBench({ faults: [{ name: 'rate-limited', value: 3_600 }] });
    const error = await errorOf(bench.cloud.addDevice(PRODUCT, D1, within(600_000)));
    expect([error.code, error.evidence?.tries]).toEqual(['cloud/rate-limited', 1]);
  });

  test.each(['hang', 'slow'] as const)('%s past the deadline is a timeout', async (name) => {
    await using bench = await startCloudBench({ faults: [{ name, ...(name === 'slow' ? { value: 60_000 } : {}) }] });
    const error = await errorOf(bench.cloud.addDevice(PRODUCT, D1, within(150)));
    expect(error.code).toBe('cloud/timeout');
  });

  test('a deadline during the tries tells the failure, not only that time is up', async () => {
    await using bench = await startCloudBench({ faults: [{ name: 'html-502', count: 1 }, { name: 'hang' }] });
    const error = await errorOf(bench.cloud.addDevice(PRODUCT, D1, within(300)));
    expect([error.code, error.evidence?.tries]).toEqual(['cloud/server-error', 2]);
  });

  test('no-readback shows in the read-back, and only there', async () => {
    await using bench = await startCloudBench({ faults: [{ name: 'no-readback', endpoint: 'import-devices' }] });
    expect(await bench.cloud.addDevice(PRODUCT, D1, bench.options)).toBe('added');
    expect(await bench.cloud.device(PRODUCT, D1, bench.options)).toBeUndefined();
  });

  test('a token without the scope is a permission', async () => {
    await using bench = await startCloudBench();
    const token = bench.virtual.addToken({ scopes: ['products:get'] });
    const cloud = createHttpCloud({ baseUrl: bench.virtual.baseUrl, token: async () => token, appVersion: '0.1.0' });
    await cloud.product(PRODUCT, bench.options);
    const error = await errorOf(cloud.addDevice(PRODUCT, D1, bench.options));
    expect(error.code).toBe('cloud/permission');
    expect(error.message).toContain('API users are not allowed');
  });

  test('the request ID of the cloud is in the evidence', async () => {
    await using bench = await startCloudBench({ faults: [{ name: 'forbidden' }] });
    const error = await errorOf(bench.cloud.product(PRODUCT, bench.options));
    expect(error.evidence?.requestId).toBe(bench.virtual.requests.list()[0]?.requestId);
  });
});

describe('an abort ends the call', () => {
  test('while the cloud is silent', async () => {
    await using bench = await startCloudBench({ faults: [{ name: 'hang' }] });
    const stop = new AbortController();
    const call = errorOf(bench.cloud.addDevice(PRODUCT, D1, within(60_000, stop.signal)));
    await bench.virtual.requests.next('import-devices');
    stop.abort();
    expect((await call).code).toBe('run/aborted');
  });

  test('while the client waits to ask again, with the reason the caller gave', async () => {
    await using bench = await startCloudBench({ faults: [{ name: 'rate-limited', value: 50 }] });
    const stop = new AbortController();
    const call = errorOf(bench.cloud.addDevice(PRODUCT, D1, within(600_000, stop.signal)));
    await bench.virtual.requests.next('import-devices');
    const reason = new StationError('unit/unplugged', 'The unit is gone.');
    stop.abort(reason);
    expect(await call).toBe(reason);
  });

  test('before it began: nothing is sent', async () => {
    await using bench = await startCloudBench();
    const error = await errorOf(bench.cloud.addDevice(PRODUCT, D1, within(60_000, AbortSignal.abort())));
    expect(error.code).toBe('run/aborted');
    expect(bench.virtual.requests.list()).toEqual([]);
  });

  test('while the token is awaited', async () => {
    const stop = new AbortController();
    const asked = Promise.withResolvers<void>();
    const cloud = createHttpCloud({
      baseUrl: 'http://127.0.0.1:9',
      appVersion: '0.1.0',
      token: () => {
        asked.resolve();
        return new Promise(() => undefined);
      },
    });
    const call = errorOf(cloud.product(PRODUCT, within(60_000, stop.signal)));
    await asked.promise;
    stop.abort();
    expect((await call).code).toBe('run/aborted');
  });
});
