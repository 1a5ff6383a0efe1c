import { StationError } from '../domain/failure.ts';
import type { ProductChange } from '../domain/product-view.ts';
import type { NewGroup } from '../ports/cloud-groups.ts';
import { requireConfirmed } from './confirmed.ts';
import type { ProductAccess } from './product-access.ts';

/** Makes a group; one of this name that is there stays as it is. */
export async function createGroup(
  { cloud, productId, options }: ProductAccess,
  group: NewGroup,
): Promise<ProductChange> {
  const made = await cloud.groups.create(productId, group, options);
  return { said: `Product ${productId} has the group ${made.name}.`, notes: [] };
}

/** Deletes a group; its units leave it, and follow what is released to the rest of theirs or to the product. */
export async function deleteGroup(
  { cloud, productId, options }: ProductAccess,
  name: string,
  isConfirmed?: boolean,
): Promise<ProductChange> {
  const group = await cloud.groups.get(productId, name, options);
  if (group === undefined) throw new StationError('cloud/not-found', `Product ${productId} has no group ${name}.`);
  const { deviceCount, firmwareVersion } = group;
  const units = deviceCount === undefined ? 'its units' : deviceCount === 1 ? '1 unit' : `${deviceCount} units`;
  const firmware = firmwareVersion === undefined ? '' : `, and would no longer get version ${firmwareVersion} by it`;
  requireConfirmed(isConfirmed, `Group ${name} would be deleted; ${units} would leave it${firmware}.`);
  await cloud.groups.delete(productId, name, options);
  return { said: `Group ${name} is deleted.`, notes: [] };
}
