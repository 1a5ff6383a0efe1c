import { StationError } from '../../domain/failure.ts';
import type { FailureCode } from '../../domain/failure-codes.ts';
import type { JsonObject } from '../../domain/json.ts';
import { readBoundedBody, readBoundedBytes } from './bounded-body.ts';
import { namePage, type Refusal, readHiddenRefusal, readRefusal } from './error-answer.ts';
import { jsonOf } from './json-answer.ts';
import { nameNetworkError } from './network-error.ts';

export type CloudRequest = {
  readonly method: 'GET' | 'POST';
  /** From `/v1` on; identifiers only, never a secret. */
  readonly path: string;
  readonly body?: JsonObject;
  /** True when this refusal only says that the thing asked for is not there. */
  readonly isAbsence?: (status: number, refusal: Refusal) => boolean;
  /** True when this status means "accepted, still working". The answer is then an empty object. */
  readonly isAccepted?: (status: number) => boolean;
  /** A success is a file of at most so many bytes, and no JSON. */
  readonly fileMaxBytes?: number;
};

/** A success: the JSON or the file, and what the record keeps of the exchange. */
export type Received = { readonly json: unknown; readonly evidence: JsonObject; readonly file?: Uint8Array };

/** What every request needs. `baseUrl` is checked and has no trailing slash. */
export type Exchange = {
  readonly baseUrl: string;
  readonly token: () => Promise<string>;
  readonly fetch: typeof fetch;
  readonly appVersion: string;
};

/** One try that did not end in a success. */
export class AttemptFailure extends Error {
  readonly code: FailureCode;
  readonly isRetriable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly evidence: JsonObject;

  constructor(
    code: FailureCode,
    detail: string,
    facts: { isRetriable: boolean; evidence: JsonObject; retryAfterMs?: number | undefined; cause?: unknown },
  ) {
    super(detail, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'AttemptFailure';
    this.code = code;
    this.isRetriable = facts.isRetriable;
    this.retryAfterMs = facts.retryAfterMs;
    this.evidence = facts.evidence;
  }

  /** The same as the station's error, with the number of tries it took to give up. */
  toStationError(tries: number): StationError {
    return new StationError(this.code, this.message, { cause: this.cause, evidence: { ...this.evidence, tries } });
  }
}

/**
 * One HTTP exchange. Resolves to the JSON of a success, or undefined for an absence; rejects with AttemptFailure, or with the
 * abort reason when `signal` ended it. The token goes into the Authorization header and nowhere else: whatever the cloud
 * echoes of it is blanked before anything is read or cut out of the answer.
 */
export async function attemptRequest(
  exchange: Exchange,
  request: CloudRequest,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Received | undefined> {
  const token = await readToken(exchange, signal);
  const blank = (text: string) => text.replaceAll(token, '[token]');
  const endpoint = `${request.method} ${request.path}`;
  const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
  let response: Response;
  let body: string | undefined;
  let file: Uint8Array | undefined;
  try {
    response = await exchange.fetch(`${exchange.baseUrl}${request.path}`, {
      method: request.method,
      headers: headersOf(exchange, request, token),
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    const isFile = request.fileMaxBytes !== undefined && response.status === 200;
    if (isFile) file = await readBoundedBytes(response, request.fileMaxBytes);
    const received = isFile ? undefined : await readBoundedBody(response);
    body = received === undefined ? undefined : blankBody(received, blank);
  } catch (thrown) {
    signal.throwIfAborted();
    if (timeout.aborted) {
      const detail = `${endpoint} had no answer in ${Math.round(timeoutMs)} ms.`;
      throw new AttemptFailure('cloud/timeout', detail, { isRetriable: true, evidence: { endpoint }, cause: thrown });
    }
    const { text, isRetriable } = nameNetworkError(thrown);
    const evidence = { endpoint, network: blank(text) };
    throw new AttemptFailure('cloud/unreachable', `${endpoint} failed: ${blank(text)}.`, {
      isRetriable,
      evidence,
      cause: thrown,
    });
  }
  const requestId = response.headers.get('x-request-id');
  const evidence: JsonObject = {
    endpoint,
    status: response.status,
    ...(requestId === null ? {} : { requestId: blank(requestId).slice(0, 100) }),
  };
  if (file !== undefined) return { json: undefined, evidence, file };
  const judged = body === undefined ? TOO_LARGE : judgeAnswer(request, response.status, body);
  if (judged.kind === 'success') return { json: judged.json, evidence };
  if (judged.kind === 'absence') return undefined;
  const { code, text, isRetriable } = judged.refusal;
  throw new AttemptFailure(code, `${endpoint} was answered with ${text}.`, {
    isRetriable,
    evidence: { ...evidence, text },
    retryAfterMs: readRetryAfter(response.headers.get('retry-after')),
  });
}

/** The body without the token, in JSON also where escapes hide it. */
function blankBody(body: string, blank: (text: string) => string): string {
  if (!body.includes('\\')) return blank(body);
  try {
    return JSON.stringify(JSON.parse(body, (_key, value) => (typeof value === 'string' ? blank(value) : value)));
  } catch {
    return blank(body);
  }
}

async function readToken(exchange: Exchange, signal: AbortSignal): Promise<string> {
  let token: string;
  try {
    token = await untilAborted(exchange.token(), signal);
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof StationError) throw thrown;
    // Only the error's code: its message may hold what the token source read.
    const why = thrown instanceof Error && 'code' in thrown ? ` (${String(thrown.code)})` : '';
    throw new StationError('cloud/permission', `The station's cloud token could not be read${why}.`);
  }
  if (!/^[\x21-\x7e]{1,4096}$/.test(token)) {
    throw new StationError('cloud/permission', "The station's cloud token is empty or has characters no token has.");
  }
  return token;
}

function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', stop));
}

/** cloud-api.md 1.2 and 3.4: Bearer header only; the tool names itself. */
function headersOf(exchange: Exchange, request: CloudRequest, token: string): Record<string, string> {
  return {
    Authorization: `Bearer ${token}`,
    Accept: 'application/json',
    'User-Agent': `linewright/${exchange.appVersion}`,
    'X-Particle-Tool': `linewright@${exchange.appVersion}`,
    ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
  };
}

type Judged =
  | { readonly kind: 'success'; readonly json: unknown }
  | { readonly kind: 'absence' }
  | { readonly kind: 'refusal'; readonly refusal: Refusal };

const TOO_LARGE: Judged = {
  kind: 'refusal',
  refusal: { code: 'cloud/bad-answer', text: 'a body too large to be an answer', isRetriable: false },
};

function judgeAnswer(request: CloudRequest, status: number, body: string): Judged {
  if (request.isAccepted?.(status)) return { kind: 'success', json: {} };
  if (status < 200 || status > 299) {
    const refusal = readRefusal(status, body);
    return request.isAbsence?.(status, refusal) ? { kind: 'absence' } : { kind: 'refusal', refusal };
  }
  const json = jsonOf(body);
  const text = json === undefined ? namePage(status, body) : undefined;
  if (text !== undefined) return { kind: 'refusal', refusal: { code: 'cloud/bad-answer', text, isRetriable: false } };
  const hidden = readHiddenRefusal(json);
  return hidden === undefined ? { kind: 'success', json } : { kind: 'refusal', refusal: hidden };
}

/** Seconds or an HTTP date (RFC 9110 10.2.3); undefined when absent or senseless. The cloud's form is UNVERIFIED (3.2). */
function readRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const waitMs = /^\d{1,9}$/.test(value.trim()) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}
