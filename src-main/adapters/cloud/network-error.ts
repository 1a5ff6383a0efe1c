/** What kept a request from its answer, in words, and whether another try can help. */
export type NetworkTrouble = {
  readonly text: string;
  readonly isRetriable: boolean;
  /** False when the request certainly never left: no name, no connection, no trusted server. */
  readonly isSent: boolean;
};

/**
 * Says what kept fetch from an answer. Node's fetch hides the fact in `cause`, sometimes two deep. A bad certificate or
 * protocol is not worth another try: it means that something else answers in the cloud's place.
 */
export function nameNetworkError(thrown: unknown): NetworkTrouble {
  const code = codeOf(thrown);
  if (code === undefined) {
    const text = thrown instanceof Error ? thrown.message.slice(0, 200) : 'the connection failed';
    return { text, isRetriable: true, isSent: true };
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_SSL|ERR_TLS|EPROTO/.test(code)) {
    const text = `the answering server is not trusted (${code}); a proxy or the station's clock may be the reason`;
    return { text, isRetriable: false, isSent: false };
  }
  return { text: `${WORDS[code] ?? 'the connection failed'} (${code})`, isRetriable: true, isSent: !UNSENT.has(code) };
}

const UNSENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ENOTFOUND: 'the name is not known to the network',
  EAI_AGAIN: 'the name server does not answer',
  ENETUNREACH: 'there is no network',
  EHOSTUNREACH: 'there is no way to the host',
  ETIMEDOUT: 'the host does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'the host does not answer',
};

function codeOf(thrown: unknown): string | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth += 1) {
    const inner = error instanceof AggregateError ? error.errors[0] : error;
    if (inner instanceof Error && 'code' in inner && typeof inner.code === 'string') return inner.code;
  }
  return undefined;
}
