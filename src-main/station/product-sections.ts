import type { CommandInput } from '../contract/contract.ts';
import type { DeviceId } from '../domain/device-id.ts';
import type { Iccid } from '../domain/iccid.ts';
import type { ProductSection, ViewedEvents } from '../domain/product-view.ts';
import type { ProductAccess } from '../product-view/product-access.ts';
import { viewDenied, viewDevice, viewDevices, viewLocks } from '../product-view/view-devices.ts';
import { viewLimits } from '../product-view/view-limits.ts';
import { type BuiltHere, viewFirmware, viewGroups, viewProduct, viewTeam } from '../product-view/view-product.ts';
import { viewSim, viewSims } from '../product-view/view-sims.ts';

/** What a section is read from beside the cloud. */
export type SectionSources = {
  readonly builds: readonly BuiltHere[];
  readonly events: (after: number | undefined) => ViewedEvents;
};

/** Reads the section a command asks for. The contract's schema has made its identifiers sure. */
export async function readSection(
  access: ProductAccess,
  input: CommandInput<'productView'>,
  { builds, events }: SectionSources,
): Promise<ProductSection> {
  switch (input.section) {
    case 'product':
      return { section: 'product', ...(await viewProduct(access, builds)) };
    case 'team':
      return { section: 'team', team: await viewTeam(access) };
    case 'devices':
      return { section: 'devices', ...(await viewDevices(access, input)) };
    case 'device':
      return { section: 'device', device: await viewDevice(access, input.deviceId as DeviceId) };
    case 'denied':
      return { section: 'denied', ...(await viewDenied(access)) };
    case 'sims':
      return { section: 'sims', ...(await viewSims(access, input)) };
    case 'sim':
      return { section: 'sim', ...(await viewSim(access, input.iccid as Iccid)) };
    case 'groups':
      return { section: 'groups', groups: await viewGroups(access) };
    case 'firmware':
      return { section: 'firmware', firmware: await viewFirmware(access) };
    case 'locks':
      return { section: 'locks', ...(await viewLocks(access)) };
    case 'customers':
      return {
        section: 'customers',
        customers: await access.cloud.products.countCustomers(access.productId, access.options),
      };
    case 'events':
      return { section: 'events', ...events(input.after) };
    case 'limits':
      return { section: 'limits', ...(await viewLimits(access, input.planDevices)) };
  }
}
