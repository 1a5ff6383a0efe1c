import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import type { ProductRecord, TokenRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import type { RateLimitName, RateLimits } from './rate-limits.ts';
import type { Fields } from './request-body.ts';
import type { SimFault } from './sim-activation.ts';

/** One authenticated request, taken apart. */
export type Call = {
  readonly state: CloudState;
  readonly bearer: TokenRecord;
  readonly query: URLSearchParams;
  readonly fields: Fields;
  /** The device ID or ICCID of the path, percent-decoded and lower case; empty when the path has none. */
  readonly item: string;
  /** Every variable part of the path in order, percent-decoded and otherwise as sent; '' for an optional one left out. */
  readonly parts: readonly string[];
  /** Fault `no-readback`: answer as if done, and do nothing. */
  readonly keepsNothing: boolean;
  readonly simFault: SimFault;
  /** Fault `slow-release`: a SIM release answers 202 with an empty body (2.8.5). */
  readonly releasesSlowly: boolean;
};

export type ProductCall = Call & { readonly product: ProductRecord };

/** A request of somebody who has no token yet. */
export type OpenCall = {
  readonly state: CloudState;
  readonly limits: RateLimits;
  readonly fields: Fields;
  readonly ip: string;
  /** The header as sent; '' for none. */
  readonly authorization: string;
  readonly contentType: string;
};

/** `scope` undefined: no API user may call it (cloud-api.md 1.6). Any method, HEAD too. */
export type Route = {
  readonly name: string;
  readonly method: string;
  readonly scope: string | undefined;
  /** A limit of its own beside the general one (3.2): `serial` is by account, the others are by address. */
  readonly limit?: Exclude<RateLimitName, 'open-streams'>;
  /** The path may hold a token and is in no log. */
  readonly hasSecretPath?: true;
} & (
  | { readonly path: RegExp; readonly under?: never; readonly open: (call: OpenCall) => Answer }
  | ({ readonly path: RegExp; readonly under?: never } & Reply<Call>)
  /** `under` is what follows `/v1/products/:p`. */
  | ({ readonly under: RegExp; readonly path?: never } & Reply<ProductCall>)
);

/**
 * How a route answers: at once, or with a stream of its own. A stream writes the head (request ID and date are set already)
 * and keeps the response until it closes; or it returns the answer that refuses it, having written nothing.
 */
export type Reply<TheCall> =
  | { readonly handle: (call: TheCall) => Answer; readonly stream?: never; readonly open?: never }
  | {
      readonly stream: (call: TheCall, response: ServerResponse) => Answer | undefined;
      readonly handle?: never;
      readonly open?: never;
    };
