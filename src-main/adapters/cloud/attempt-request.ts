import type { JsonObject } from '../../domain/json.ts';
import { CLOCK_TOLERANCE_MS } from '../../ports/cloud-contact.ts';
import type { Network } from '../network/network.ts';
import { AttemptFailure } from './attempt-failure.ts';
import { blankBody, createBlank } from './blank-secrets.ts';
import { readBoundedBody, readBoundedBytes } from './bounded-body.ts';
import type { SharedContact } from './cloud-contact.ts';
import { type CloudRequest, endpointOf, type Received } from './cloud-request.ts';
import { namePage, readHiddenRefusal, readRefusal } from './error-answer.ts';
import { jsonOf } from './json-answer.ts';
import { judgeAnswer } from './judge-answer.ts';
import { nameNetworkError } from './network-error.ts';
import { readToken } from './read-token.ts';
import { initOf, urlOf } from './request-init.ts';

export type { CloudRequest, Received } from './cloud-request.ts';

/** What every request needs. `baseUrl` is checked and has no trailing slash. */
export type Exchange = {
  readonly baseUrl: string;
  readonly token: () => Promise<string>;
  readonly fetch: typeof fetch;
  readonly appVersion: string;
  readonly contact: SharedContact;
  /** What time it is at the cloud's address, whoever answers there; asked only to explain a certificate. */
  readonly unverifiedDate?: Network['unverifiedDate'];
};

/**
 * One HTTP exchange. Resolves to a success, or undefined for an absence; rejects with AttemptFailure, or with the abort reason when
 * `signal` ended it. The token goes into the Authorization header and nowhere else: whatever the cloud echoes of it, or of the
 * request's other secrets, is blanked before anything is read or cut out of the answer.
 */
export async function attemptRequest(
  exchange: Exchange,
  request: CloudRequest,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Received | undefined> {
  const isBearer = (request.as ?? 'bearer') === 'bearer';
  const token = isBearer ? await readToken(exchange.token, signal) : undefined;
  const blank = createBlank(request, token);
  const blankToken = createBlank({}, token);
  const endpoint = endpointOf(request);
  const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
  let response: Response;
  let body: string | undefined;
  let file: Uint8Array | undefined;
  try {
    response = await exchange.fetch(urlOf(exchange.baseUrl, request), {
      ...initOf(request, token, exchange.appVersion),
      signal: AbortSignal.any([signal, timeout]),
    });
    if (request.isStream === true && response.headers.get('content-type')?.startsWith('text/event-stream') === true) {
      await response.body?.cancel();
      return { status: response.status, json: {}, evidence: { endpoint, status: response.status } };
    }
    const isFile = request.fileMaxBytes !== undefined && response.status === 200;
    if (isFile) file = await readBoundedBytes(response, request.fileMaxBytes);
    else body = await readBoundedBody(response);
  } catch (thrown) {
    signal.throwIfAborted();
    const trouble = nameNetworkError(thrown);
    if (timeout.aborted && trouble.code !== 'network/slow-name') {
      const detail = `${endpoint} had no answer in ${Math.round(timeoutMs)} ms.`;
      const facts = { isRetriable: true, mayHaveTakenEffect: true, evidence: { endpoint }, cause: thrown };
      throw new AttemptFailure('cloud/timeout', detail, facts);
    }
    const wrongClock = trouble.isAboutDate ? await findWrongClock(exchange, signal) : undefined;
    const text = blank(wrongClock ?? trouble.text);
    throw new AttemptFailure(
      wrongClock === undefined ? trouble.code : 'network/clock',
      `${endpoint} failed: ${text}.`,
      {
        isRetriable: trouble.isRetriable,
        mayHaveTakenEffect: trouble.isSent,
        evidence: { endpoint, network: text },
        cause: thrown,
      },
    );
  }
  const { status } = response;
  const requestId = response.headers.get('x-request-id');
  const evidence: JsonObject = {
    endpoint,
    status,
    ...(requestId === null ? {} : { requestId: blank(requestId).slice(0, 100) }),
  };
  if (isFromCloud(response, body)) exchange.contact.noteDate(response.headers.get('date'));
  if (file !== undefined) return { status, json: undefined, evidence, file };
  const judged = judgeAnswer(request, status, body === undefined ? undefined : blankBody(body, blankToken));
  if (judged.kind === 'success') return { status, json: judged.json, evidence };
  if (judged.kind === 'absence') return undefined;
  const { code, isRetriable } = judged.refusal;
  const text = body === undefined ? judged.refusal.text : refusalText(status, blankBody(body, blank));
  throw new AttemptFailure(code, `${endpoint} was answered with ${text}.`, {
    isRetriable,
    mayHaveTakenEffect: code !== 'cloud/rate-limited',
    evidence: { ...evidence, text },
    retryAfterMs: readRetryAfter(response.headers.get('retry-after')),
  });
}

/** A certificate is "not valid yet" or "expired": says so when it is this computer's clock that is wrong, by what it knows of the time. */
async function findWrongClock(exchange: Exchange, signal: AbortSignal): Promise<string | undefined> {
  const known = exchange.contact.cloudTime()?.getTime();
  const there = known ?? (await exchange.unverifiedDate?.(new URL(exchange.baseUrl), signal));
  if (there === undefined || Math.abs(Date.now() - there) <= CLOCK_TOLERANCE_MS) return undefined;
  const minutes = Math.round((Date.now() - there) / 60_000);
  return `the clock of this computer is ${Math.abs(minutes)} min ${minutes > 0 ? 'ahead' : 'behind'}, so no certificate holds`;
}

/** A proxy's page has the proxy's time, and a copy out of a cache has an old one. */
function isFromCloud(response: Response, body: string | undefined): boolean {
  if (response.headers.has('age')) return false;
  return body === undefined || body.trim() === '' || jsonOf(body) !== undefined;
}

/** What a refusing body says once all secrets are out of it: a password such as `error` would make another body of a success. */
function refusalText(status: number, body: string): string {
  const hidden = status >= 200 && status <= 299 ? readHiddenRefusal(jsonOf(body)) : readRefusal(status, body);
  return hidden?.text ?? namePage(status, body);
}

/** Seconds or an HTTP date (RFC 9110 10.2.3); undefined when absent or senseless. The cloud's form is UNVERIFIED (3.2). */
function readRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const waitMs = /^\d{1,9}$/.test(value.trim()) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}
