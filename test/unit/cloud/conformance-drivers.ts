import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type Particle from 'particle-api-js';
import type { CloudBench } from './cloud-bench.ts';
import { sdkOn, sdkRejection } from './sdk.ts';

// biome-ignore lint/suspicious/noExplicitAny: what a cloud answers is what the tests are about
export type Reply = { readonly status: number | undefined; readonly body: any };

/** Who drives the virtual cloud in a conformance test: plain requests, or the vendor's client with its own call wherever it has one. */
export type Driver = {
  readonly name: 'plain' | 'sdk';
  /** One request with a JSON body. */
  ask(method: string, path: string, body?: object): Promise<Reply>;
  /** One request with a form body. A list is sent as curl users write it, or as the client encodes it. */
  form(method: string, path: string, fields: Record<string, string | readonly string[]>): Promise<Reply>;
  /** A multipart POST with one file, before its fields. A text is the path of a file on disk. */
  post(path: string, file: Buffer | string, fields?: Record<string, string>): Promise<Reply>;
  /** Uploads product firmware. `field` names the file's part. */
  upload(product: number, version: string, file: Buffer, field?: 'file' | 'binary'): Promise<Reply>;
  download(product: number, version: number): Promise<Buffer>;
};

export const DRIVERS = ['plain', 'sdk'] as const;

/** A driver with a token that may do everything, or with the one given. */
export function driverOn(bench: Pick<CloudBench, 'virtual'>, name: Driver['name'], token?: string): Driver {
  const bearer = token ?? bench.virtual.addToken({ scopes: 'everything' });
  return name === 'plain' ? plainDriver(bench.virtual.baseUrl, bearer) : sdkDriver(sdkOn(bench, bearer));
}

function plainDriver(baseUrl: string, token: string): Driver {
  const send = async (method: string, path: string, body?: string | FormData, type?: string): Promise<Reply> => {
    const headers = { authorization: `Bearer ${token}`, ...(type === undefined ? {} : { 'content-type': type }) };
    const response = await fetch(`${baseUrl}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, body: isJson ? JSON.parse(text) : text === '' ? {} : { text } };
  };
  const multipart = async (path: string, part: string, file: Buffer | string, fields: Record<string, string>) => {
    const form = new FormData();
    const bytes = new Uint8Array(typeof file === 'string' ? await readFile(file) : file);
    const [type, fileName] = typeof file === 'string' ? ['text/plain', basename(file)] : [OCTETS, 'file'];
    form.append(part, new Blob([bytes], { type }), fileName);
    for (const [key, value] of Object.entries(fields)) form.append(key, value);
    return send('POST', path, form);
  };
  return {
    name: 'plain',
    ask: (method, path, body) => send(method, path, body === undefined ? undefined : JSON.stringify(body), JSON_TYPE),
    form: (method, path, fields) => {
      const pairs = Object.entries(fields).flatMap(([key, value]) =>
        typeof value === 'string' ? [`${key}=${value}`] : value.map((entry) => `${key}[]=${entry}`),
      );
      return send(method, path, pairs.join('&'), 'application/x-www-form-urlencoded');
    },
    post: (path, file, fields = {}) => multipart(path, 'file', file, fields),
    upload: (product, version, file, field = 'file') =>
      multipart(`/v1/products/${product}/firmware`, field, file, { version, title: 'A title' }),
    download: async (product, version) => {
      const url = `${baseUrl}/v1/products/${product}/firmware/${version}/binary`;
      return Buffer.from(await (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).arrayBuffer());
    },
  };
}

const OCTETS = 'application/octet-stream';
const JSON_TYPE = 'application/json';

function sdkDriver(sdk: Particle): Driver {
  return {
    name: 'sdk',
    ask: (method, path, body) => told(sdkCall(sdk, method, path, body)),
    form: (method, uri, fields) => told(sdk.request(loose({ uri, method: method.toLowerCase(), form: fields }))),
    post: (uri, file, fields) => {
      const product = /^\/v1\/products\/([^/]+)\/devices$/.exec(uri)?.[1];
      if (product !== undefined && fields === undefined) return told(sdk.addDeviceToProduct(loose({ product, file })));
      return told(sdk.request(loose({ uri, method: 'post', files: { 'list.txt': file }, form: fields })));
    },
    upload: (product, version, file, field = 'file') => {
      const [uri, form] = [`/v1/products/${product}/firmware`, { version, title: 'A title' }];
      // The client names every first part `file`; the older name is left to plain requests.
      if (field === 'binary') return told(sdk.request(loose({ uri, method: 'post', form, files: { binary: file } })));
      return told(sdk.uploadProductFirmware(loose({ product, file, ...form })));
    },
    download: async (product, version) => (await sdk.downloadProductFirmware(loose({ product, version }))) as Buffer,
  };
}

/** The client's own call for a request, or its raw one where it has none (cloud-api.md 4.2). */
function sdkCall(sdk: Particle, method: string, path: string, body: object = {}): Promise<unknown> {
  const [pathname = '', search = ''] = path.split('?');
  const [, product, rest] = /^\/v1\/products\/([^/]+)(\/.*)?$/.exec(pathname) ?? [];
  const [, collection, item, more] = /^\/(\w+)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(rest ?? '') ?? [];
  const fields = body as Record<string, unknown>;
  const query = Object.fromEntries(new URLSearchParams(search));
  const has = (...keys: string[]) => Object.keys(fields).every((key) => keys.includes(key));
  const asks = (...keys: string[]) => Object.keys(query).every((key) => keys.includes(key));
  const call = [method, collection, item === undefined ? '' : ':', more].filter(Boolean).join(' ');
  const paging = { ...query, perPage: query.per_page };
  switch (product === undefined ? '' : call) {
    case 'POST devices':
      if (has('id') && search === '') return sdk.addDeviceToProduct(loose({ product, deviceId: fields.id }));
      break;
    case 'GET devices':
      if (!asks('deviceId', 'deviceName', 'groups', 'sortAttr', 'sortDir', 'page', 'per_page')) break;
      return sdk.listDevices(loose({ product, ...paging, groups: query.groups?.split(',') }));
    case 'GET devices :':
      return sdk.getDevice(loose({ product, deviceId: item }));
    case 'PUT devices :':
      if (!has('name', 'notes', 'development', 'desired_firmware_version', 'flash', 'signal')) break;
      return sdk.updateDevice(
        loose({ product, deviceId: item, ...fields, desiredFirmwareVersion: fields.desired_firmware_version }),
      );
    case 'DELETE devices :':
      return sdk.removeDevice(loose({ product, deviceId: item, ...fields }));
    case 'DELETE devices : owner':
      return sdk.removeDeviceOwner(loose({ product, deviceId: item }));
    case 'GET sims':
      return sdk.listSIMs(loose({ product, ...paging }));
    case 'DELETE sims :':
      return sdk.removeSIM(loose({ product, iccid: item }));
    case 'GET sims :':
      if (item === 'data_usage') return sdk.getFleetDataUsage(loose({ product }));
      break;
    case 'GET sims : data_usage':
      return sdk.getSIMDataUsage(loose({ product, iccid: item }));
    case 'GET firmware':
      return sdk.listProductFirmware(loose({ product }));
    case 'GET firmware :':
      return sdk.getProductFirmware(loose({ product, version: item }));
    case 'PUT firmware :':
      if (item === 'release') return sdk.releaseProductFirmware(loose({ product, ...fields }));
      return sdk.updateProductFirmware(loose({ product, version: item, ...fields }));
  }
  const data = Object.keys(fields).length === 0 ? undefined : fields;
  return sdk.request(loose({ uri: path, method: method.toLowerCase(), data }));
}

/** What the client made of an answer, in one shape for good and bad ones. */
export async function told(call: Promise<unknown>): Promise<Reply> {
  let answer: unknown;
  try {
    answer = await call;
  } catch {
    const { statusCode, body } = await sdkRejection(call);
    return { status: statusCode, body };
  }
  const { statusCode, body } = answer as { statusCode: number; body: unknown };
  return { status: statusCode, body };
}

/** The client's types are narrower than what it takes, and partly wrong (4.2). */
// biome-ignore lint/suspicious/noExplicitAny: see above
function loose(options: object): any {
  return options;
}
