import type { DeviceRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { isMember } from './firmware-target.ts';

/**
 * Whether the plan of this person has no place for these devices as well (cloud-api.md 5.3 R11, R12). A sandbox holds the person's
 * developer devices and every member of their products on the free plan, claimed or not; the first of a product's team is its owner.
 */
export function isSandboxFull(state: CloudState, username: string, more: readonly DeviceRecord[]): boolean {
  const limit = state.users.get(username)?.deviceLimit;
  if (limit === undefined) return false;
  const held = new Set([...state.devices.values()].filter((device) => isInSandbox(state, device, username)));
  return new Set([...held, ...more]).size > limit;
}

function isInSandbox(state: CloudState, device: DeviceRecord, username: string): boolean {
  if (!isMember(device)) return device.owner === username;
  const product = device.productId === undefined ? undefined : state.products.get(device.productId);
  return product?.deviceLimit !== undefined && product.team[0] === username;
}
