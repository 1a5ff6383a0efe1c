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
  readonly status: number | undefined;
};

export type RequestLog = {
  add(request: LoggedRequest): void;
  /** What a request of the log was answered with. */
  answered(request: LoggedRequest, status: number): void;
  /** Oldest first, at most the last 1,000. */
  list(): readonly LoggedRequest[];
  /** Resolves with the next request to this endpoint, as it arrives. */
  next(endpoint: string): Promise<LoggedRequest>;
  /** How many requests there were by endpoint (`none` for a path that is none) and by answer, since the last `clear`. */
  counts(): RequestCounts;
  clear(): void;
};

/** By endpoint; `statuses` by status, `unanswered` for those without an answer (yet). */
export type RequestCounts = Readonly<
  Record<
    string,
    { readonly requests: number; readonly unanswered: number; readonly statuses: Readonly<Record<number, number>> }
  >
>;

type Count = { requests: number; unanswered: number; readonly statuses: Record<number, number> };

export function createRequestLog(): RequestLog {
  let requests: { -readonly [Key in keyof LoggedRequest]: LoggedRequest[Key] }[] = [];
  let counts: Record<string, Count> = {};
  const countOf = ({ endpoint = 'none' }: LoggedRequest): Count => {
    counts[endpoint] ??= { requests: 0, unanswered: 0, statuses: {} };
    return counts[endpoint];
  };
  const waiting: { endpoint: string; resolve: (request: LoggedRequest) => void }[] = [];
  return {
    add(request) {
      if (requests.length >= 2_000) requests = requests.slice(-1_000);
      requests.push(request);
      const count = countOf(request);
      count.requests += 1;
      count.unanswered += 1;
      for (const waiter of waiting.filter(({ endpoint }) => endpoint === request.endpoint)) {
        waiting.splice(waiting.indexOf(waiter), 1);
        waiter.resolve(request);
      }
    },
    answered(request, status) {
      const logged = requests.findLast((entry) => entry.requestId === request.requestId);
      if (logged !== undefined) logged.status = status;
      const count = countOf(request);
      count.unanswered -= 1;
      count.statuses[status] = (count.statuses[status] ?? 0) + 1;
    },
    counts: () => structuredClone(counts),
    list: () => requests.slice(-1_000),
    next: (endpoint) => new Promise((resolve) => waiting.push({ endpoint, resolve })),
    clear() {
      requests = [];
      counts = {};
    },
  };
}
