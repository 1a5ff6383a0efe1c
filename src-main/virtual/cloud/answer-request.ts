import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, notOk } from './answer.ts';
import { TOKEN_EXPIRED, TOKEN_INVALID, tokenOf } from './authenticate.ts';
import { type CloudFault, type CloudFaults, faultValue } from './cloud-faults.ts';
import type { CloudState } from './cloud-state.ts';
import { deleteProduct } from './delete-product.ts';
import { type Asked, dispatch, findProduct, NO_SUCH_PRODUCT } from './dispatch.ts';
import type { PastRows } from './past-rows.ts';
import { type RateLimits, tooMany } from './rate-limits.ts';
import { type Fields, readFields, UnreadableBody } from './request-body.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';
import { matchRoute } from './routes.ts';

export type Cloud = {
  readonly state: CloudState;
  readonly faults: CloudFaults;
  readonly limits: RateLimits;
  readonly requests: RequestLog;
  readonly past: PastRows;
  /** Puts on disk what changed; before anybody is told. */
  readonly keep: () => void;
};

/** Answers one HTTP request, or does what the fault in force does instead. Never rejects. */
export async function answerRequest(cloud: Cloud, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = randomBytes(16).toString('hex');
  // Not as relative to a base: a path of `//` would then be a host.
  const url = URL.parse(`http://virtual${request.url}`) ?? new URL('http://virtual/');
  const match = matchRoute(request.method ?? '', url.pathname);
  const endpoint = match?.route.name;
  const fault = cloud.faults.take(endpoint ?? '');
  const logged: LoggedRequest = {
    atMs: cloud.state.clock.now(),
    requestId,
    method: request.method ?? '',
    path: match?.route.hasSecretPath === true ? `/v1/${endpoint}` : url.pathname,
    endpoint,
    userAgent: request.headers['user-agent'],
    tool: header(request, 'x-particle-tool'),
    fault: fault?.name,
    status: undefined,
  };
  cloud.requests.add(logged);
  request.on('error', () => response.destroy());
  try {
    if (fault?.name === 'down' || fault?.name === 'outage') return cut(request);
    response.setHeader('x-request-id', requestId);
    response.setHeader('date', new Date(cloud.state.clock.now()).toUTCString());
    const answer = await answerOf(cloud, { request, response, query: url.searchParams, match, fault });
    if (response.headersSent) return cloud.requests.answered(logged, response.statusCode); // a stream, already under way
    if (answer === undefined) return;
    cloud.requests.answered(logged, answer.status);
    send(response, answer, fault?.name === 'truncated');
  } catch {
    response.destroy(); // the client went away in the middle
  }
}

type Incoming = Pick<Asked, 'request' | 'response' | 'query' | 'match' | 'fault'>;

/** The answer, or undefined when a stream took over or the fault means that none is ever sent. */
async function answerOf(cloud: Cloud, incoming: Incoming): Promise<Answer | undefined> {
  const { request, fault } = incoming;
  let answer: Answer | undefined;
  try {
    const fields = await readFields(request);
    const instead = fault === undefined ? undefined : answerInstead(fault);
    if (instead !== undefined) return instead;
    if (fault?.name === 'hang') return undefined;
    if (fault?.name === 'reset-before-effect') return void cut(request);
    if (fault?.name === 'token-revoked' || fault?.name === 'product-deleted') takeAway(cloud, incoming, fields);
    answer = dispatch({ ...incoming, fields, limits: cloud.limits, state: seenBy(cloud, incoming) });
    cloud.keep();
  } catch (thrown) {
    if (!(thrown instanceof UnreadableBody)) throw thrown;
    answer = notOk(thrown.status, thrown.message);
  }
  if (fault?.name === 'slow' || fault?.name === 'latency') await sleep(faultValue(fault), undefined, { ref: false });
  if (fault?.name === 'reset-after-effect') return void cut(request);
  if (fault?.name === 'html-504-after-effect') return page(504, '504 Gateway Time-out');
  // SIM changes take long, and this is how the cloud says so (cloud-api.md 2.8.4); the body is UNVERIFIED.
  if (fault?.name === 'still-working') return notOk(408, 'Timed out');
  return answer;
}

/** Changes see the memory as it is; readers, under fault `eventual`, as it was. */
function seenBy(cloud: Cloud, { request, match }: Incoming): CloudState {
  const hiddenForMs =
    request.method === 'GET' || request.method === 'HEAD' ? cloud.faults.hiddenForMs(match?.route.name ?? '') : 0;
  return hiddenForMs === 0 ? cloud.state : cloud.past.asOf(hiddenForMs);
}

/** What somebody else did a moment before this request: the cloud then answers as it answers such a request. */
function takeAway({ state }: Cloud, { request, query, match, fault }: Incoming, fields: Fields): void {
  if (fault?.name === 'token-revoked') {
    state.tokens.delete(tokenOf(request, query, fields.values.get('access_token')) ?? '');
    return;
  }
  const product = findProduct(state, match?.product ?? '');
  if (product !== undefined) deleteProduct(state, product.id);
}

/** Faults that answer without the cloud ever seeing the request. */
function answerInstead(fault: CloudFault): Answer | undefined {
  switch (fault.name) {
    case 'rate-limited':
      return tooMany(faultValue(fault) * 1_000);
    case 'rate-limited-bare':
      return tooMany();
    case 'server-error':
      return notOk(faultValue(fault), 'Something went wrong');
    case 'html-502':
      return page(502, '502 Bad Gateway');
    case 'captive-portal':
      return page(200, 'Welcome to Factory Guest WiFi');
    case 'captive-redirect':
      return { status: 302, headers: { location: 'http://login.example/', 'content-type': 'text/html' } };
    case 'malformed':
      return { status: 200, headers: JSON_TYPE, text: '{"ok":true,' };
    case 'wrong-shape':
      return { status: 200, body: { hello: 'world' } };
    case 'oversized':
      return { status: 200, body: { padding: 'x'.repeat(8_000_000) } };
    case 'ok-false':
      return notOk(200, 'Something is not right');
    case 'unauthorized':
      return TOKEN_INVALID;
    case 'expired-token':
      return TOKEN_EXPIRED;
    case 'forbidden':
      return NO_SUCH_PRODUCT;
    default:
      return undefined;
  }
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

function page(status: number, title: string): Answer {
  const text = `<html>\r\n<head><title>${title}</title></head>\r\n<body><h1>${title}</h1></body>\r\n</html>\r\n`;
  return { status, headers: { 'content-type': 'text/html' }, text };
}

/** The headers of cloud-api.md 1.1. An answer of the network's own making (a page) has no request ID. */
function send(response: ServerResponse, answer: Answer, breaksOff: boolean): void {
  const content = answer.file ?? answer.text ?? (answer.body === undefined ? '' : JSON.stringify(answer.body));
  const isOurs = answer.headers?.['content-type'] !== 'text/html';
  if (!isOurs) response.removeHeader('x-request-id');
  response.writeHead(answer.status, {
    ...(isOurs ? { 'access-control-allow-origin': '*' } : {}),
    ...(answer.body === undefined ? {} : JSON_TYPE),
    ...(answer.file === undefined ? {} : { 'content-type': 'application/octet-stream' }),
    ...(answer.status === 204 ? {} : { 'content-length': Buffer.byteLength(content) }),
    ...answer.headers,
  });
  if (!breaksOff) return void response.end(content);
  response.write(content.slice(0, Math.ceil(content.length / 2)), () => response.socket?.destroySoon());
}

function cut(request: IncomingMessage): void {
  request.socket.resetAndDestroy();
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
