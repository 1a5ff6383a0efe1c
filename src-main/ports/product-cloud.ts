import type { CloudDevices } from './cloud-devices.ts';
import type { CloudGroups } from './cloud-groups.ts';
import type { CloudProducts } from './cloud-products.ts';
import type { CloudSims } from './cloud-sims.ts';
import type { ProductEvents } from './product-events.ts';
import type { ProductFirmware } from './product-firmware.ts';
import type { SerialLookup } from './serial-lookup.ts';

/**
 * Everything a person can see and change of a product in the cloud, beyond what a run needs (ports/cloud.ts). By subject; every method
 * rejects with a StationError of area `cloud/…` and takes a signal and a limit. What it needs of rights stands with each subject
 * (cloud-api.md 1.6).
 */
export type ProductCloud = {
  readonly products: CloudProducts;
  readonly devices: CloudDevices;
  readonly groups: CloudGroups;
  readonly sims: CloudSims;
  readonly firmware: ProductFirmware;
  readonly serialNumbers: SerialLookup;
  readonly events: ProductEvents;
};
