import type { CloudOptions } from '../../ports/cloud.ts';
import { createDirectNetwork, type Network } from '../network/network.ts';
import type { Exchange } from './attempt-request.ts';
import { parseBaseUrl } from './base-url.ts';
import { createCloudContact, type SharedContact } from './cloud-contact.ts';
import type { CloudRequest, Received } from './cloud-request.ts';
import { PACE, type Pace, sendRequest } from './send-request.ts';

export type HttpCloudSettings = {
  /** https, or http on loopback for the virtual cloud. */
  readonly baseUrl: string;
  /** Asked before every try; must resolve to the bare token. */
  readonly token: () => Promise<string>;
  readonly appVersion: string;
  /** The way to the cloud: proxy, further certificates. Left out, there is none but the direct one. */
  readonly network?: Network;
  /** Instead of the network's own. */
  readonly fetch?: typeof fetch;
  /** Shared by everything of this process that speaks to this cloud. Left out, this sender has a budget of its own. */
  readonly contact?: SharedContact;
  /** Only to be faster than the real cloud allows, on loopback. */
  readonly pace?: Partial<Pace>;
};

/** Sends one request, as sendRequest does. */
export type Send = (request: CloudRequest, options: CloudOptions) => Promise<Received | undefined>;

/** Sends requests to the cloud of these settings. Throws `station/invalid-file` for a base URL that cannot be used. */
export function createCloudSender(settings: HttpCloudSettings): Send {
  const network = settings.network ?? createDirectNetwork();
  const exchange: Exchange = {
    baseUrl: parseBaseUrl(settings.baseUrl),
    token: settings.token,
    fetch: settings.fetch ?? network.fetch,
    unverifiedDate: network.unverifiedDate,
    contact: settings.contact ?? createCloudContact(),
    appVersion: settings.appVersion.replace(/[^\w.+-]/g, ''),
  };
  const pace = { ...PACE, ...settings.pace };
  return (request, options) => sendRequest(exchange, pace, request, options);
}
