import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, notOk, refuse } from './answer.ts';
import { type CloudFault, type CloudFaults, faultValue } from './cloud-faults.ts';
import type { CloudState } from './cloud-state.ts';
import { dispatch, type Match, matchRoute } from './dispatch.ts';
import { readFields, UnreadableBody } from './request-body.ts';
import type { RequestLog } from './request-log.ts';

export type Cloud = { readonly state: CloudState; readonly faults: CloudFaults; readonly requests: RequestLog };

/** Answers one HTTP request, or does what the fault in force does instead. Never rejects. */
export async function answerRequest(cloud: Cloud, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = randomBytes(16).toString('hex');
  // Not as relative to a base: a path of `//` would then be a host.
  const url = URL.parse(`http://virtual${request.url}`) ?? new URL('http://virtual/');
  const match = matchRoute(request.method ?? '', url.pathname);
  const fault = cloud.faults.take(match?.route.name ?? '');
  const logged = cloud.requests.add({
    atMs: cloud.state.clock.now(),
    requestId,
    method: request.method ?? '',
    path: url.pathname,
    endpoint: match?.route.name,
    userAgent: request.headers['user-agent'],
    tool: header(request, 'x-particle-tool'),
    fault: fault?.name,
    status: undefined,
  });
  request.on('error', () => response.destroy());
  try {
    if (fault?.name === 'down') return cut(request);
    response.setHeader('x-request-id', requestId);
    const answer = await answerOf(cloud, request, response, url, match, fault);
    if (response.headersSent) logged.status = response.statusCode; // a stream, already under way
    if (answer === undefined) return;
    logged.status = answer.status;
    send(response, answer, fault?.name === 'truncated');
  } catch {
    response.destroy(); // the client went away in the middle
  }
}

/** The answer, or undefined when a stream took over or the fault means that none is ever sent. */
async function answerOf(
  { state }: Cloud,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  match: Match | undefined,
  fault: CloudFault | undefined,
): Promise<Answer | undefined> {
  let answer: Answer | undefined;
  try {
    const fields = await readFields(request);
    const instead = fault === undefined ? undefined : answerInstead(fault);
    if (instead !== undefined) return instead;
    if (fault?.name === 'hang') return undefined;
    if (fault?.name === 'reset-before-effect') return void cut(request);
    answer = dispatch(state, request, response, url.searchParams, match, fields, fault);
  } catch (thrown) {
    if (!(thrown instanceof UnreadableBody)) throw thrown;
    answer = notOk(thrown.status, thrown.message);
  }
  if (fault?.name === 'slow') await sleep(faultValue(fault), undefined, { ref: false });
  if (fault?.name === 'reset-after-effect') return void cut(request);
  if (fault?.name === 'html-504-after-effect') return page(504, '504 Gateway Time-out');
  return answer;
}

/** Faults that answer without the cloud ever seeing the request. */
function answerInstead(fault: CloudFault): Answer | undefined {
  switch (fault.name) {
    case 'rate-limited':
      return { ...TOO_MANY, headers: { 'retry-after': String(faultValue(fault)) } };
    case 'rate-limited-bare':
      return TOO_MANY;
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
      return refuse(401, 'invalid_token', 'The access token provided is invalid.');
    case 'forbidden':
      return refuse(403, 'permission_denied', 'Permission denied');
    default:
      return undefined;
  }
}

/** The body of a real 429 is UNVERIFIED (3.2). */
const TOO_MANY = refuse(429, 'too_many_requests', 'Too many requests, slow down');
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
