import { createHttpCloud } from '../../../src-main/adapters/cloud/cloud.http.ts';
import { type DeviceId, parseDeviceId } from '../../../src-main/domain/device-id.ts';
import { type Result, StationError } from '../../../src-main/domain/failure.ts';
import { type Iccid, parseIccid } from '../../../src-main/domain/iccid.ts';
import type { BulkCloud, CloudOptions } from '../../../src-main/ports/cloud.ts';
import {
  createVirtualCloud,
  type VirtualCloud,
  type VirtualCloudOptions,
} from '../../../src-main/virtual/cloud/virtual-cloud.ts';

export const PRODUCT = 12345;
export const D1 = deviceId('e00fce680000000000000001');
export const D2 = deviceId('e00fce680000000000000002');
export const D3 = deviceId('e00fce680000000000000003');
export const D4 = deviceId('1f0000000000000000000004');
export const D5 = deviceId('e00fce680000000000000005');
export const D6 = deviceId('e00fce680000000000000006');
export const D7 = deviceId('e00fce680000000000000007');
export const I1 = iccid('8934076500002589174');
export const I5 = iccid('89883070000051465647');
export const I7 = iccid('89014103272880448051');

/** A member of the team of 12345, one with an authenticator, and a stranger to it. */
export const OP = { username: 'op@example.com', password: 'correct horse' };
export const LEAD = {
  username: 'lead@example.com',
  password: 'battery staple',
  mfaSecret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
};
export const STRANGER = { username: 'stranger@example.org', password: 'paper clip' };
/** Of product 12345. */
export const CLIENT = { clientId: 'line-demo-4711', secret: 'client secret', productId: PRODUCT };

export type CloudBench = AsyncDisposable & {
  readonly virtual: VirtualCloud;
  readonly cloud: BulkCloud;
  readonly options: CloudOptions;
  /** A token of `OP`, who may do everything; the station's is that of an API user. */
  readonly userToken: string;
  /** Plain fetch with the station's token. */
  ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; json: Record<string, unknown>; headers: Headers }>;
};

/** The setup of cloud-api.md 7, the station's client on it, and a clock at which a Fast SIM takes three real milliseconds. */
export async function startCloudBench(options: VirtualCloudOptions = {}): Promise<CloudBench> {
  const virtual = await createVirtualCloud({
    clockSpeed: 1_000,
    products: [
      { id: PRODUCT, slug: 'line-demo', platformId: 13, team: ['op@example.com', 'lead@example.com'] },
      { id: 777, platformId: 13, team: ['other@example.net'] },
    ],
    units: [
      {
        deviceId: D1,
        platformId: 13,
        serialNumber: 'P046AF1450000FC',
        imei: '352753090000001',
        iccid: I1,
        mobileSecret: 'ABCDEFGHJKLMNPQ',
      },
      { deviceId: D2, platformId: 13, productId: PRODUCT, serialNumber: 'P046AF1450000FD' },
      { deviceId: D3, platformId: 13, conditions: ['in-other-product'] },
      { deviceId: D4, platformId: 10 },
      { deviceId: D5, platformId: 13, iccid: I5, conditions: ['claimed-by-stranger', 'sim-owned-elsewhere'] },
      { deviceId: D6, platformId: 13, productId: PRODUCT, conditions: ['quarantined'] },
      { deviceId: D7, platformId: 13, iccid: I7, simForm: '4ff' },
    ],
    users: [OP, LEAD, STRANGER],
    clients: [CLIENT],
    ...options,
  });
  const cloud = createHttpCloud({
    baseUrl: virtual.baseUrl,
    token: async () => virtual.token,
    appVersion: '0.1.0',
    pace: { firstWaitMs: 1, longestWaitMs: 4 },
  });
  return {
    virtual,
    cloud,
    options: within(20_000),
    userToken: virtual.addToken({ username: OP.username, scopes: 'everything', client: 'particle' }),
    ask: async (method, path, body) => {
      const headers = { authorization: `Bearer ${virtual.token}`, 'content-type': 'application/json' };
      const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
      return readAnswer(await fetch(`${virtual.baseUrl}${path}`, init));
    },
    [Symbol.asyncDispose]: () => virtual.close(),
  };
}

export async function readAnswer(response: Response) {
  const text = await response.text();
  const json = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: response.status, json, headers: response.headers };
}

export function within(timeoutMs: number, signal: AbortSignal = new AbortController().signal): CloudOptions {
  return { signal, timeoutMs };
}

/** The StationError a promise rejects with; anything else is thrown on. */
export async function errorOf(promise: Promise<unknown>): Promise<StationError> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof StationError) return thrown;
    throw thrown;
  }
  throw new Error('it was expected to reject');
}

function deviceId(text: string): DeviceId {
  return unwrap(parseDeviceId(text));
}

function iccid(text: string): Iccid {
  return unwrap(parseIccid(text));
}

function unwrap<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(result.failure.detail);
  return result.value;
}
