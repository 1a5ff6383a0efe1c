import type { ServerResponse } from 'node:http';
import { type Answer, answer, notOk } from './answer.ts';
import { NOT_YOURS } from './claim-routes.ts';
import { type EventFilter, streamEvents } from './event-stream.ts';
import { isTrue } from './request-body.ts';
import type { Call, ProductCall, Route } from './route.ts';

/**
 * Event streams, and events sent by the API (cloud-api.md 2.11). They stand before the devices, so that `events` is not taken for one. A
 * stream of the developer routes shows the events of what the user has claimed.
 */
export const EVENT_ROUTES: readonly Route[] = [
  {
    name: 'product-events',
    method: 'GET',
    under: /^\/events(?:\/(.*))?$/,
    scope: 'events:get',
    stream: streamProduct,
  },
  {
    name: 'product-device-events',
    method: 'GET',
    under: /^\/devices\/([^/]+)\/events(?:\/(.*))?$/,
    scope: 'events:get',
    stream: streamProductDevice,
  },
  {
    name: 'my-events',
    method: 'GET',
    path: /^\/v1\/devices\/events(?:\/(.*))?$/,
    scope: undefined,
    stream: streamMine,
  },
  {
    name: 'my-device-events',
    method: 'GET',
    path: /^\/v1\/devices\/([^/]+)\/events(?:\/(.*))?$/,
    scope: undefined,
    stream: streamMyDevice,
  },
  { name: 'all-events', method: 'GET', path: /^\/v1\/events(?:\/(.*))?$/, scope: undefined, stream: streamAll },
  { name: 'publish-to-product', method: 'POST', under: /^\/events$/, scope: 'events:send', handle: publishToProduct },
  { name: 'publish-event', method: 'POST', path: /^\/v1\/devices\/events$/, scope: undefined, handle: publishMine },
];

function streamProduct({ state, product, parts }: ProductCall, response: ServerResponse): undefined {
  streamEvents(state.events, { productId: product.id, ...prefixOf(parts[0]) }, response);
}

function streamProductDevice(call: ProductCall, response: ServerResponse): Answer | undefined {
  const { state, product, item, parts } = call;
  const device = state.devices.get(item);
  if (device?.productId !== product.id) return notOk(404, 'Device not found');
  const filter: EventFilter = { productId: product.id, deviceId: device.deviceId, ...prefixOf(parts[1]) };
  streamEvents(state.events, filter, response);
  return undefined;
}

function streamMine({ state, bearer, parts }: Call, response: ServerResponse): undefined {
  streamEvents(state.events, { owner: bearer.username, ...prefixOf(parts[0]) }, response);
}

function streamMyDevice({ state, bearer, item, parts }: Call, response: ServerResponse): Answer | undefined {
  const device = state.devices.get(item);
  if (device?.owner !== bearer.username) return NOT_YOURS;
  streamEvents(state.events, { deviceId: device.deviceId, ...prefixOf(parts[1]) }, response);
  return undefined;
}

function streamAll({ state, bearer, parts }: Call, response: ServerResponse): Answer | undefined {
  if ((parts[0] ?? '') === '') return notOk(400, 'event prefix filter is required');
  streamEvents(state.events, { owner: bearer.username, orPublic: true, ...prefixOf(parts[0]) }, response);
  return undefined;
}

function prefixOf(part: string | undefined): { prefix?: string } {
  return part === undefined || part === '' ? {} : { prefix: part };
}

function publishToProduct(call: ProductCall): Answer {
  return publish(call, call.product.id);
}

function publishMine(call: Call): Answer {
  return publish(call, undefined);
}

/** The longest name; what more gets is UNVERIFIED, here it is refused. */
const NAME_LIMIT = 64;

function publish({ state, bearer, fields, keepsNothing }: Call, productId: number | undefined): Answer {
  const name = fields.values.get('name');
  const data = fields.values.get('data') ?? '';
  if (typeof name !== 'string' || name === '' || name.length > NAME_LIMIT) return notOk(400, 'Invalid event name');
  if (typeof data !== 'string') return notOk(400, 'Invalid event data');
  if (keepsNothing) return answer({ ok: true });
  state.events.publish({
    name,
    data,
    ttl: 60,
    publishedAt: state.clock.iso(),
    coreid: 'api',
    version: undefined,
    isPublic: !isTrue(fields.values.get('private'), true),
    productId,
    owner: bearer.username,
  });
  return answer({ ok: true });
}
