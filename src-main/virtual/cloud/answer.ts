import type { Json } from '../../domain/json.ts';

/** What a request is answered with: JSON, a text that is none (a proxy's page), a file, or nothing for an empty body. */
export type Answer = {
  readonly status: number;
  readonly body?: Json;
  readonly text?: string;
  readonly file?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
};

export function answer(body: Json, status = 200): Answer {
  return { status, body };
}

/** The OAuth shape, used by tokens, API users and newer routes (cloud-api.md 3.1). */
export function refuse(status: number, error: string, description: string): Answer {
  return { status, body: { error, error_description: description } };
}

/** The shape of product routes (3.1). */
export function notOk(status: number, error: string): Answer {
  return { status, body: { ok: false, error } };
}
