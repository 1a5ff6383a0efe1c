import type { FailureCode } from '../../domain/failure-codes.ts';
import { PROXY_FAILED } from '../network/fetch-over-agents.ts';
import { SLOW_NAME } from '../network/name-lookup.ts';

/** What kept a request from its answer: a code, words, and whether another try can help. */
export type NetworkTrouble = {
  readonly code: FailureCode;
  readonly text: string;
  readonly isRetriable: boolean;
  /** False when the request certainly never left: no name, no connection, no trusted server. */
  readonly isSent: boolean;
  /** The certificate is one of another time: it, or the clock of this computer, is wrong. */
  readonly isAboutDate: boolean;
};

/**
 * Says what kept fetch from an answer. The fact may be hidden in `cause`, sometimes two deep. A bad certificate or protocol is not
 * worth another try: it means that something else answers in the cloud's place. Nor is a proxy that wants other credentials.
 */
export function nameNetworkError(thrown: unknown): NetworkTrouble {
  const { code, statusCode, message } = factsOf(thrown);
  if (code === undefined) {
    const text = thrown instanceof Error ? thrown.message.slice(0, 200) : 'the connection failed';
    return { ...PLAIN, text };
  }
  if (code === PROXY_FAILED) {
    const isRetriable = statusCode === undefined || statusCode >= 500;
    const why = statusCode === 407 ? `${message}: it wants a user name and a password it has not got` : message;
    return { ...PLAIN, code: 'network/proxy', text: why, isRetriable, isSent: false };
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_SSL|ERR_TLS|EPROTO/.test(code)) {
    const isAboutDate = code === 'CERT_NOT_YET_VALID' || code === 'CERT_HAS_EXPIRED';
    const text = `the answering server is not trusted (${code}); ${isAboutDate ? AGE : INSPECTION}`;
    return { code: 'network/untrusted', text, isRetriable: false, isSent: false, isAboutDate };
  }
  const [name, words] = WORDS[code] ?? ['cloud/unreachable', 'the connection failed'];
  return { ...PLAIN, code: name, text: `${words} (${code})`, isSent: !UNSENT.has(code) };
}

const PLAIN = { code: 'cloud/unreachable', isRetriable: true, isSent: true, isAboutDate: false } as const;
const AGE = 'its certificate is of another time';
const INSPECTION = 'an inspecting proxy may be the reason: name its certificates in the station file';

const UNSENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  SLOW_NAME,
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const WORDS: Readonly<Record<string, readonly [code: FailureCode, words: string]>> = {
  ECONNREFUSED: ['cloud/unreachable', 'nobody listens there'],
  ECONNRESET: ['cloud/unreachable', 'the connection was cut'],
  EPIPE: ['cloud/unreachable', 'the connection was cut'],
  UND_ERR_SOCKET: ['cloud/unreachable', 'the connection was cut'],
  ENOTFOUND: ['network/no-name', 'the name is not known to the network'],
  EAI_AGAIN: ['network/no-name', 'the name server does not answer'],
  [SLOW_NAME]: ['network/slow-name', 'the name server takes too long'],
  ENETUNREACH: ['cloud/unreachable', 'there is no network'],
  EHOSTUNREACH: ['cloud/unreachable', 'there is no way to the host'],
  ETIMEDOUT: ['cloud/unreachable', 'the host does not answer'],
  UND_ERR_CONNECT_TIMEOUT: ['cloud/unreachable', 'the host does not answer'],
};

function factsOf(thrown: unknown): { code?: string; statusCode?: number | undefined; message: string } {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth += 1) {
    const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
    if (!(inner instanceof Error) || !('code' in inner) || typeof inner.code !== 'string') continue;
    const statusCode = 'statusCode' in inner && typeof inner.statusCode === 'number' ? inner.statusCode : undefined;
    return { code: inner.code, statusCode, message: inner.message.slice(0, 200) };
  }
  return { message: '' };
}
