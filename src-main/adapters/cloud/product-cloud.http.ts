import type { ProductCloud } from '../../ports/product-cloud.ts';
import { cloudDevices } from './cloud-devices.http.ts';
import { cloudGroups } from './cloud-groups.http.ts';
import { cloudProducts } from './cloud-products.http.ts';
import { createCloudSender, type HttpCloudSettings } from './cloud-sender.ts';
import { cloudSims } from './cloud-sims.http.ts';
import type { LookUpBudget } from './look-up-budget.ts';
import { createHttpProductEvents } from './product-events.http.ts';
import { productFirmware } from './product-firmware.http.ts';
import { serialLookup } from './serial-lookup.http.ts';

export type ProductCloudSettings = HttpCloudSettings & {
  /** Shared by all that look up serial numbers for the same user account. Left out, this one counts for itself. */
  readonly lookUps?: LookUpBudget;
};

/** Everything of a product in the cloud, over HTTP. Throws `station/invalid-file` for a base URL that cannot be used. */
export function createHttpProductCloud(settings: ProductCloudSettings): ProductCloud {
  const send = createCloudSender(settings);
  return {
    products: cloudProducts(send),
    devices: cloudDevices(send),
    groups: cloudGroups(send),
    sims: cloudSims(send),
    firmware: productFirmware(send),
    serialNumbers: serialLookup(send, settings.lookUps),
    events: createHttpProductEvents(settings),
  };
}
