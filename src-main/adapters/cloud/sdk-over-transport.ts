import Particle from 'particle-api-js';
import { StationError } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { CloudOptions } from '../../ports/cloud.ts';
import type { CloudRequest } from './cloud-request.ts';
import type { Send } from './cloud-sender.ts';

type SdkRequest = Parameters<Particle['agent']['request']>[0];

/** What the transport is told beside what the SDK says: whose call it is, what in it is secret, what else is an answer. */
export type SdkExtras = Omit<CloudRequest, 'method' | 'path' | 'query' | 'body' | 'form' | 'multipart'>;

/**
 * The vendor's SDK (particle-api-js 12) with the station's transport under it: the SDK knows the calls, their paths and the names of
 * their parameters; the transport gives what the SDK has not (cloud-api.md 4.1): a time limit, an abort, bounded bodies, retries, the
 * budget, request IDs, and no token or URL in an error. Each method resolves to `{ body, statusCode }` as the SDK says, also for an empty
 * 2xx where the extras allow one, and rejects with the transport's StationError instead of the SDK's error. One object per call: options
 * and extras are that call's.
 *
 * It serves the calls it has right: sign-in, one-time code, revoking. We go beside it, with the transport alone, where it lacks the call
 * or a part of it (4.2: `ids`, `import_sims`, `claim_user`, list filters, groups, SIM import and changes, firmware deletion, API users,
 * ping, `/v1/access_tokens/current`) and wherever its types are not what the cloud sends (4.2: SIMs, serial numbers, imports, devices,
 * firmware), because every answer is checked against a schema anyhow. Its event stream has a socket of its own and is not under this.
 */
export function sdkCalls(send: Send, options: CloudOptions, extras: SdkExtras = {}): Particle {
  const sdk = new Particle();
  sdk.agent.request = async (request) => {
    const received = await send({ ...extras, ...requestOf(request) }, options);
    if (received?.file !== undefined) return Buffer.from(received.file);
    return { body: (received?.json ?? {}) as object, statusCode: received?.status ?? 404 };
  };
  return sdk;
}

/**
 * The SDK writes what it is given into paths as it is: a value with `..` or a question mark would be another call. A slash cannot be told
 * here, so callers give it identifiers that their parsers made.
 */
const PATH = /^\/(oauth|v1)(\/[\w.%@+:~-]+)+$/;
const FILE_MAX_BYTES = 16 * 1024 * 1024;

function requestOf({ uri, method, query, data, form, files, isBuffer }: SdkRequest): CloudRequest {
  const verb = method.toUpperCase();
  if (!PATH.test(uri) || /\/\.{1,2}(\/|$)/.test(uri)) throw unusable('its path is none of the cloud');
  if (!isVerb(verb)) throw unusable(`${verb} is nothing the cloud's routes take`);
  return {
    method: verb,
    path: uri,
    ...(query === undefined
      ? {}
      : { query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, queryValue(value)])) }),
    ...(isBuffer === true ? { fileMaxBytes: FILE_MAX_BYTES } : {}),
    ...bodyOf({ data, form, files }),
  };
}

function bodyOf({
  data,
  form,
  files,
}: {
  readonly data: SdkRequest['data'] | undefined;
  readonly form: SdkRequest['form'] | undefined;
  readonly files: SdkRequest['files'] | undefined;
}): Partial<CloudRequest> {
  const fields = Object.entries(form ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  if (files !== undefined) return { multipart: multipartOf(files, fields) };
  if (form !== undefined) return { form: Object.fromEntries(fields) };
  if (data === undefined) return {};
  // As it will be sent: undefined members are left out.
  return { body: JSON.parse(JSON.stringify(data)) as JsonObject };
}

/** The parts as the SDK names them: `file`, `file2` …, the key being the file's name (4.1). */
function multipartOf(
  files: NonNullable<SdkRequest['files']>,
  fields: readonly (readonly [name: string, value: string])[],
): FormData {
  const multipart = new FormData();
  for (const [index, [name, content]] of Object.entries(files).entries()) {
    // A string would be a path to read, and a stream could not be sent again.
    if (!(content instanceof Uint8Array) && !(content instanceof Blob)) throw unusable('its file is no buffer');
    const blob = content instanceof Blob ? content : new Blob([new Uint8Array(content)]);
    multipart.append(index === 0 ? 'file' : `file${index + 1}`, blob, name);
  }
  for (const [name, value] of fields) multipart.append(name, value);
  return multipart;
}

function queryValue(value: unknown): string | number | boolean | readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
}

function isVerb(verb: string): verb is CloudRequest['method'] {
  return ['GET', 'POST', 'PUT', 'DELETE', 'HEAD'].includes(verb);
}

function unusable(why: string): StationError {
  return new StationError('run/bug', `A call of the SDK cannot be sent: ${why}.`);
}
