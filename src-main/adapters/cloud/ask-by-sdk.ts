import type Particle from 'particle-api-js';
import type { CloudOptions } from '../../ports/cloud.ts';
import type { Received } from './cloud-request.ts';
import type { Send } from './cloud-sender.ts';
import type { SdkExtras } from './sdk-over-transport.ts';

/**
 * Makes one call of the vendor's SDK over the station's transport and gives the answer as the transport received it, undefined for the
 * absence the extras name: what the SDK itself would return has types that are not to be trusted (cloud-api.md 4.2), so it is checked
 * like any other. The SDK is loaded with the first such call, because a station that only builds units never makes one.
 */
export async function askBySdk(
  send: Send,
  options: CloudOptions,
  call: (sdk: Particle) => Promise<unknown>,
  extras: SdkExtras = {},
): Promise<Received | undefined> {
  const { sdkCalls } = await import('./sdk-over-transport.ts');
  let received: Received | undefined;
  const keeping: Send = async (request, patience) => {
    received = await send(request, patience);
    return received;
  };
  await call(sdkCalls(keeping, options, extras));
  return received;
}
