import { generateModule } from '../../../firmware/generate-module.ts';
import { applicationSpec } from '../../../firmware/release-modules.ts';
import { createHttpProductCloud } from '../../../src-main/adapters/cloud/product-cloud.http.ts';
import { type PlatformName, platformByName } from '../../../src-main/domain/platform.ts';
import type { ProductCloud } from '../../../src-main/ports/product-cloud.ts';
import { type DeviceLife, deviceLife } from '../../../src-main/virtual/cloud/device-life.ts';
import type { VirtualCloudOptions } from '../../../src-main/virtual/cloud/virtual-cloud.ts';
import { type CloudBench, startCloudBench } from './cloud-bench.ts';

export type ProductBench = CloudBench & {
  /** Everything of a product, asked by a person who may do everything. */
  readonly product: ProductCloud;
  /** The devices in the field. */
  readonly field: DeviceLife;
  /** The same asked by somebody else: with another token, or over another address. */
  askedBy(settings: { readonly token?: string; readonly baseUrl?: string }): ProductCloud;
  /** How the requests so far went: method and path. */
  requests(): readonly string[];
};

/** The cloud bench, with the whole product on top. */
export async function startProductBench(options: VirtualCloudOptions = {}): Promise<ProductBench> {
  const bench = await startCloudBench(options);
  const { virtual, userToken } = bench;
  const askedBy: ProductBench['askedBy'] = ({ token = userToken, baseUrl = virtual.baseUrl }) =>
    createHttpProductCloud({
      baseUrl,
      token: async () => token,
      appVersion: '0.1.0',
      pace: { firstWaitMs: 1, longestWaitMs: 4, rateLimitWaitMs: 5 },
    });
  return {
    ...bench,
    product: askedBy({}),
    field: deviceLife(virtual.state),
    askedBy,
    requests: () => virtual.requests.list().map(({ method, path }) => `${method} ${path}`),
  };
}

export type ScriptedAnswer = readonly [status: number, body: unknown];

/** A product that answers as told, always or by the request's method; for answers the virtual cloud never gives. */
export function productAnswering(answer: ScriptedAnswer | Readonly<Record<string, ScriptedAnswer>>): ProductCloud {
  return createHttpProductCloud({
    baseUrl: 'http://127.0.0.1:9',
    token: async () => 'a-token',
    appVersion: '0.1.0',
    fetch: async (_input, { method = 'GET' } = {}) => {
      const [status, body] = isOne(answer) ? answer : (answer[method] ?? [404, { ok: false, error: 'Not found' }]);
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return new Response(status === 204 ? null : text, { status });
    },
    pace: { firstWaitMs: 1, longestWaitMs: 2 },
  });
}

function isOne(answer: ScriptedAnswer | Readonly<Record<string, ScriptedAnswer>>): answer is ScriptedAnswer {
  return Array.isArray(answer);
}

/** A product binary as the vendor's compiler makes it. */
export function productBinary(facts: {
  readonly version: number;
  readonly platform?: PlatformName;
  readonly deviceOs?: '6.2.0' | '3.3.0';
  readonly productId?: number;
  /** Another number: other bytes with the same header. */
  readonly build?: number;
}): Uint8Array {
  const { version, platform = 'boron', deviceOs = '6.2.0', productId, build = 0 } = facts;
  const [major = 0, minor = 0] = deviceOs.split('.').map(Number);
  const release = { platform: platformByName(platform), deviceOs, moduleVersion: major * 1000 + minor * 100 };
  return generateModule(applicationSpec(release, { id: productId, version }, 64 + build * 4));
}
