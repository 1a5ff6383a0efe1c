import Particle from 'particle-api-js';
import type { CloudBench } from './cloud-bench.ts';

/** The vendor's client against a bench, as conformance "sdk" drives it. With the station's token unless told otherwise. */
export function sdkOn(bench: Pick<CloudBench, 'virtual'>, token: string | null = bench.virtual.token): Particle {
  return new Particle({ baseUrl: bench.virtual.baseUrl, ...(token === null ? {} : { auth: token }) });
}

/** What the vendor's client tells of a refusal (cloud-api.md 4.1). */
export type SdkRejection = {
  /** Undefined when the network failed. */
  readonly statusCode: number | undefined;
  readonly message: string;
  readonly shortErrorDescription: string | undefined;
  /** The parsed answer, without the response object that the client adds. */
  readonly body: Record<string, unknown>;
  /** Of the answer; undefined when it was not JSON. */
  readonly headers: Headers | undefined;
  readonly isError: boolean;
};

/** The rejection of a call of the vendor's client, an Error or the plain object of a stream. Throws when it did not reject. */
export async function sdkRejection(call: Promise<unknown>): Promise<SdkRejection> {
  let resolved: unknown;
  try {
    resolved = await call;
  } catch (thrown) {
    return readRejection(thrown as Rejected);
  }
  throw new Error(`The SDK was expected to reject; it resolved with ${JSON.stringify(resolved)}.`);
}

type Rejected = {
  readonly statusCode?: number;
  readonly message?: string;
  readonly errorDescription?: string;
  readonly shortErrorDescription?: string;
  readonly body?: Record<string, unknown> & { readonly response?: { readonly headers: Headers } };
};

function readRejection(thrown: Rejected): SdkRejection {
  const { response, ...body } = thrown.body ?? {};
  return {
    statusCode: thrown.statusCode,
    message: thrown.message ?? thrown.errorDescription ?? '',
    shortErrorDescription: thrown.shortErrorDescription,
    body,
    headers: response?.headers,
    isError: thrown instanceof Error,
  };
}

/** The body of an answer of the vendor's client, whose types are not to be trusted (4.2). */
export function sdkBody(answer: unknown): Record<string, unknown> {
  return (answer as { body: Record<string, unknown> }).body;
}
