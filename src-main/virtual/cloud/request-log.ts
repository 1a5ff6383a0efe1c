/** One request as the virtual cloud saw it. Tokens are left out: this list is shown and printed. */
export type LoggedRequest = {
  readonly atMs: number;
  readonly requestId: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The route's name, or undefined for a path that is none. */
  readonly endpoint: string | undefined;
  readonly userAgent: string | undefined;
  /** `X-Particle-Tool` (cloud-api.md 3.4). */
  readonly tool: string | undefined;
  readonly fault: string | undefined;
  /** What was answered, or undefined while and when nothing was. */
  status: number | undefined;
};

export type RequestLog = {
  add(request: LoggedRequest): LoggedRequest;
  /** Oldest first, at most the last 1,000. */
  list(): readonly LoggedRequest[];
  /** Resolves with the next request to this endpoint, as it arrives. */
  next(endpoint: string): Promise<LoggedRequest>;
  clear(): void;
};

export function createRequestLog(): RequestLog {
  let requests: LoggedRequest[] = [];
  const waiting: { endpoint: string; resolve: (request: LoggedRequest) => void }[] = [];
  return {
    add(request) {
      requests = [...requests.slice(-999), request];
      for (const waiter of waiting.filter(({ endpoint }) => endpoint === request.endpoint)) {
        waiting.splice(waiting.indexOf(waiter), 1);
        waiter.resolve(request);
      }
      return request;
    },
    list: () => requests,
    next: (endpoint) => new Promise((resolve) => waiting.push({ endpoint, resolve })),
    clear() {
      requests = [];
    },
  };
}
