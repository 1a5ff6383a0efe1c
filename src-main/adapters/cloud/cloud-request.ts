import type { JsonObject } from '../../domain/json.ts';
import type { Refusal } from './error-answer.ts';

/** One request to the cloud. At most one of `body`, `form` and `multipart` is given. */
export type CloudRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** From `/v1` or `/oauth` on; identifiers only, never a secret. */
  readonly path: string;
  /** Never a secret: a URL ends up in the records of proxies. A list is joined by commas (cloud-api.md 2.3); an undefined member is left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  /** Sent as JSON. */
  readonly body?: JsonObject;
  /** Sent as `application/x-www-form-urlencoded`, the only form `/oauth/token` takes (1.1). */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as `multipart/form-data`, the file under the name the route wants (2.2.1, 2.8.1, 2.9). */
  readonly multipart?: FormData;
  /** Who asks: default the bearer of the token; a pair is sent as HTTP Basic, and no token at all (1.3). */
  readonly as?: 'bearer' | 'nobody' | { readonly clientId: string; readonly clientSecret: string };
  /** Further texts that must stand in no error and no evidence: a password, a one-time code. */
  readonly secrets?: readonly string[];
  /** False: never sent again once it may have had an effect. Default true (3.3). */
  readonly isIdempotent?: boolean;
  /** At most so many tries, fewer than the pace allows: 1 for a sign-in, of which ten failures lock the network out (1.3). */
  readonly maxTries?: number;
  /** How long one try may take, where the pace's time is too short or too long (3.3: 120 s for uploads and bulk imports). */
  readonly tryTimeoutMs?: number;
  /** True: a success may be empty, not only with 204 (2.8.5). It is then given as an empty object. */
  readonly acceptsEmpty?: boolean;
  /** True when this refusal only says that the thing asked for is not there. */
  readonly isAbsence?: (status: number, refusal: Refusal) => boolean;
  /** True when this status means "accepted, still working". The answer is then an empty object. */
  readonly isAccepted?: (status: number) => boolean;
  /** True when this answer is what was asked for, though its status is that of a refusal. `json` is undefined when it is none. */
  readonly isAnswer?: (status: number, json: unknown) => boolean;
  /** True: that a stream of events begins is the answer; it never ends, and is let go. */
  readonly isStream?: boolean;
  /** A success is a file of at most so many bytes, and no JSON. */
  readonly fileMaxBytes?: number;
};

/** A success: the JSON or the file, and what the record keeps of the exchange. */
export type Received = {
  readonly status: number;
  readonly json: unknown;
  readonly evidence: JsonObject;
  readonly file?: Uint8Array;
};

/** What a record and an error call the request: without its query, which may be long. */
export function endpointOf(request: Pick<CloudRequest, 'method' | 'path'>): string {
  return `${request.method} ${request.path}`;
}
