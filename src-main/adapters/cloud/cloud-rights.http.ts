import * as z from 'zod';
import { CLOUD_SCOPES, type CloudScope } from '../../domain/cloud-scope.ts';
import { type Failure, failureOf, StationError } from '../../domain/failure.ts';
import type { CloudOptions } from '../../ports/cloud.ts';
import type { CloudRights, Right } from '../../ports/cloud-rights.ts';
import type { CloudRequest } from './cloud-request.ts';
import type { Send } from './cloud-sender.ts';

/**
 * Rights by trial, over HTTP, because the cloud tells an API user none of its own (`/v1/access_tokens/current` has no scope, 1.6). Every
 * trial is one that changes nothing whatever the answer: one row of a list, a unit and a SIM that cannot exist, an import of nothing.
 * What is refused because of who asks is a missing right; every other refusal came from behind the check of rights. That the cloud checks
 * rights before it looks at the rest of a request is UNVERIFIED for the two imports, and true of every refusal recorded (1.5, 1.7).
 */
export function cloudRights(send: Send): CloudRights {
  return {
    async check(productId, wanted, options) {
      const [tried, warnings] = await Promise.all([
        Promise.all(wanted.map(async (scope) => ({ scope, failure: await tryRight(send, productId, scope, options) }))),
        findExcess(send, productId, options),
      ]);
      const failures = tried.map(({ failure }) => failure);
      const [first] = failures;
      const refusedToken = failures.find((one) => one?.code === 'cloud/permission' && one.evidence?.status === 401);
      if (refusedToken !== undefined) throw errorOf(refusedToken, 'cloud/permission');
      const product = tried.find(({ scope }) => scope === 'products:get')?.failure;
      if (product?.code === 'cloud/refused') throw errorOf(product, 'cloud/not-found');
      const isBlind = failures.every((one) => one !== undefined && !isAboutRights(one) && !isBehindRights(one));
      if (first !== undefined && isBlind) throw errorOf(first, first.code);
      return { rights: tried.map(({ scope, failure }) => rightOf(scope, failure)), warnings };
    },
  };
}

/** Undefined: it was done. */
async function tryRight(
  send: Send,
  productId: number,
  scope: CloudScope,
  options: CloudOptions,
): Promise<Failure | undefined> {
  const { method, path, ...rest } = TRIALS[scope];
  return attempt(send, { method, path: `/v1/products/${productId}${path}`, ...rest }, options);
}

async function attempt(send: Send, request: CloudRequest, options: CloudOptions): Promise<Failure | undefined> {
  try {
    await send({ acceptsEmpty: true, ...request }, options);
    return undefined;
  } catch (thrown) {
    if (options.signal.aborted) throw thrown;
    return failureOf(thrown);
  }
}

const NO_DEVICE = '/devices/000000000000000000000000';
const NO_SIM = '/sims/8900000000000000000';
const ONE_ROW = { perPage: 1, per_page: 1 };

const TRIALS: Readonly<Record<CloudScope, CloudRequest>> = {
  'products:get': { method: 'GET', path: '' },
  'devices:list': { method: 'GET', path: '/devices', query: ONE_ROW },
  'devices:get': { method: 'GET', path: NO_DEVICE },
  'devices:import': { method: 'POST', path: '/devices', body: {} },
  'devices:update': { method: 'PUT', path: NO_DEVICE, body: {} },
  'sims:list': { method: 'GET', path: '/sims', query: ONE_ROW },
  'sims:get': { method: 'GET', path: NO_SIM },
  'sims:import': { method: 'POST', path: '/sims', body: {} },
  'events:get': { method: 'GET', path: '/events/linewright-rights-check', isStream: true },
};

function rightOf(scope: CloudScope, failure: Failure | undefined): Right {
  if (failure === undefined || isBehindRights(failure)) {
    return { scope, state: 'granted', sentence: `The token has the right ${scope}.` };
  }
  if (isAboutRights(failure)) {
    const sentence = `The token lacks the right ${scope}: without it ${CLOUD_SCOPES[scope]}.`;
    return { scope, state: 'missing', sentence, failure };
  }
  const sentence = `Whether the token has the right ${scope} could not be found out: ${failure.detail}`;
  return { scope, state: 'unknown', sentence, failure };
}

/** Refused because of who asks. A unit that is "not found" with 403 was looked for (2.4). */
function isAboutRights(failure: Failure): boolean {
  return failure.code === 'cloud/permission' && !isNotFound(failure);
}

/** Refused for what was asked, by something that had let the asker in. */
function isBehindRights(failure: Failure): boolean {
  return failure.code === 'cloud/refused' || (failure.code === 'cloud/permission' && isNotFound(failure));
}

function isNotFound({ evidence }: Failure): boolean {
  return /(device|sim).*not found/i.test(String(evidence?.text ?? ''));
}

/** Sentences about a token that may do more than build units; nothing where that cannot be told. */
async function findExcess(send: Send, productId: number, options: CloudOptions): Promise<readonly string[]> {
  const [user, team, current] = await Promise.all([
    attempt(send, { method: 'GET', path: '/v1/user', maxTries: 1 }, options),
    attempt(send, { method: 'GET', path: `/v1/products/${productId}/team`, maxTries: 1 }, options),
    scopesSaid(send, options),
  ]);
  const mayBuild = new Set<string>(Object.keys(CLOUD_SCOPES));
  // Looking at something does no harm.
  const more = current.filter((scope) => !mayBuild.has(scope) && !/:(get|list)$/.test(scope));
  return [
    ...(user === undefined ? [`The token is a person's and may do all that person may; ${ADVICE}.`] : []),
    ...(user !== undefined && team === undefined
      ? [`The token may see the team, which no station needs; ${ADVICE}.`]
      : []),
    ...(more.length === 0
      ? []
      : [`The token has rights no station needs (${more.slice(0, 20).join(', ')}); ${ADVICE}.`]),
  ];
}

const ADVICE = 'make an API user of the product with the rights named in docs/station-file.md';

/** The scopes the cloud says the token has; none where it does not say (UNVERIFIED for API users, 1.6). */
async function scopesSaid(send: Send, options: CloudOptions): Promise<readonly string[]> {
  try {
    const received = await send({ method: 'GET', path: '/v1/access_tokens/current', maxTries: 1 }, options);
    return SAID.safeParse(received?.json).data?.scopes ?? [];
  } catch (thrown) {
    if (options.signal.aborted) throw thrown;
    return [];
  }
}

const SAID = z.looseObject({ scopes: z.array(z.string().max(80)) });

function errorOf({ detail, evidence }: Failure, code: Failure['code']): StationError {
  return new StationError(code, detail, evidence === undefined ? {} : { evidence });
}
