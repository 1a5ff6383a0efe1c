import type { CloudRequest } from './cloud-request.ts';

/** What a request asks for, by method and path: the kind of it, never which unit. */
export type EndpointClass = string;

/** The class under which a request is counted, e.g. `import-devices`. */
export function endpointClassOf({ method, path }: Pick<CloudRequest, 'method' | 'path'>): EndpointClass {
  return CLASSES.find(([methods, pattern]) => methods.includes(method) && pattern.test(path))?.[2] ?? 'other';
}

/**
 * True for what the cloud limits by a count of its own (cloud-api.md 3.2): sign-ins, serial look-ups, streams. Their "slow down" says
 * nothing about the rest, and an hour's wait for serial numbers must not stop a line.
 */
export function hasOwnLimit(endpoint: EndpointClass): boolean {
  return OWN_LIMIT.has(endpoint);
}

const OWN_LIMIT: ReadonlySet<EndpointClass> = new Set(['sign-in', 'tokens', 'serial-look-up', 'events']);
const ANY = 'GET POST PUT DELETE HEAD';
const PRODUCT = '^/v1/products/[^/]+';

const CLASSES: readonly (readonly [methods: string, pattern: RegExp, name: EndpointClass])[] = [
  [ANY, /^\/oauth\/token$/, 'sign-in'],
  [ANY, /^\/v1\/access_tokens(\/|$)/, 'tokens'],
  [ANY, /^\/v1\/serial_numbers\//, 'serial-look-up'],
  [ANY, /\/events(\/|$)/, 'events'],
  ['POST', new RegExp(`${PRODUCT}/devices$`), 'import-devices'],
  ['GET HEAD', new RegExp(`${PRODUCT}/devices$`), 'list-devices'],
  ['PUT', new RegExp(`${PRODUCT}/devices$`), 'update-devices'],
  ['GET HEAD', new RegExp(`${PRODUCT}/devices/[^/]+$`), 'get-device'],
  [ANY, new RegExp(`${PRODUCT}/devices/`), 'change-device'],
  ['POST', new RegExp(`${PRODUCT}/sims$`), 'import-sims'],
  ['GET HEAD', new RegExp(`${PRODUCT}/sims$`), 'list-sims'],
  ['GET HEAD', new RegExp(`${PRODUCT}/sims/[^/]+$`), 'get-sim'],
  [ANY, new RegExp(`${PRODUCT}/sims/`), 'change-sim'],
  [ANY, new RegExp(`${PRODUCT}/firmware(/|$)`), 'firmware'],
  [ANY, new RegExp(`${PRODUCT}/groups(/|$)`), 'groups'],
  ['GET HEAD', new RegExp(`${PRODUCT}$`), 'get-product'],
];
