import { createCloudContact } from './adapters/cloud/cloud-contact.ts';
import type { HttpCloudSettings } from './adapters/cloud/cloud-sender.ts';
import { type NetworkSettings, openNetwork } from './adapters/network/network.ts';
import type { StationFile } from './station/station-file.ts';
import { readProxyCredentials, readToken } from './station/token-source.ts';

/** The way from this process to the cloud of a station file: opened once, and shared by everything that speaks to it. */
export type CloudLink = {
  /** For every client of the cloud: address, the station's token, the plant's network, one budget of requests, the cloud's time. */
  readonly settings: HttpCloudSettings & Required<Pick<HttpCloudSettings, 'network' | 'contact'>>;
  close(): void;
};

/** Opens it. Rejects with `station/invalid-file` when the proxy, its credentials or the further certificates cannot be used. */
export async function openCloudLink(file: StationFile, appVersion: string): Promise<CloudLink> {
  const network = await openNetwork(await networkOf(file));
  return {
    settings: {
      baseUrl: file.cloudBaseUrl,
      token: () => readToken(file.token),
      appVersion,
      network,
      contact: createCloudContact({ requestsPer5Min: file.requestsPer5Min }),
    },
    close: () => network.close(),
  };
}

/** How a station file says that the network is reached. Rejects with `station/invalid-file` when the credentials cannot be read. */
export async function networkOf({ network }: StationFile): Promise<NetworkSettings> {
  const { proxy, proxyCredentials: source, caFile } = network;
  const proxyCredentials = source === undefined ? undefined : await readProxyCredentials(source);
  return { proxy, caFile, proxyCredentials };
}
