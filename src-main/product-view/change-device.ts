import type { DeviceId } from '../domain/device-id.ts';
import { compareDeviceOs, parseDeviceOsVersion } from '../domain/device-os-version.ts';
import { type Failure, StationError } from '../domain/failure.ts';
import { lockTakesEffect } from '../domain/firmware-target.ts';
import { removalRefusal, whenConnectingAfterRemoval } from '../domain/membership-rules.ts';
import type { ProductChange } from '../domain/product-view.ts';
import type { CloudDeviceDetail, DeviceChange, VersionLock } from '../ports/cloud-devices.ts';
import { requireConfirmed } from './confirmed.ts';
import type { ProductAccess } from './product-access.ts';
import { viewDevice } from './view-devices.ts';

const SIM_STAYS = 'Its SIM was not touched: it stays as it is, and is paid for as before.';

/** Lets a quarantined or denied device in. It is a member then, and a SIM in it is activated: that costs. */
export async function approveDevice(
  access: ProductAccess,
  deviceId: DeviceId,
  isConfirmed?: boolean,
): Promise<ProductChange> {
  const { cloud, productId, options } = access;
  requireConfirmed(
    isConfirmed,
    `${deviceId} would become a member of product ${productId}, and an embedded SIM in it be activated and paid for.`,
  );
  await cloud.devices.approve(productId, deviceId, options);
  return readBack(access, deviceId, `${deviceId} is a member of product ${productId} now.`, []);
}

/** Keeps a quarantined device out. */
export async function denyDevice(access: ProductAccess, deviceId: DeviceId): Promise<ProductChange> {
  const { cloud, productId, options } = access;
  const before = await cloud.devices.detail(productId, deviceId, options);
  if (before !== undefined && !before.quarantined && !before.denied) {
    const detail = `${deviceId} is a member of product ${productId}, not in quarantine; remove it instead.`;
    throw new StationError('cloud/refused', detail);
  }
  await cloud.devices.deny(productId, deviceId, options);
  return {
    said: `${deviceId} is denied.`,
    notes: ['It stays in this list until it comes online with firmware that does not name the product.'],
  };
}

/** Claims a device of the product: for the person signed in, or for another member of the team by way of the import. */
export async function claimDevice(
  access: ProductAccess,
  deviceId: DeviceId,
  user: string | undefined,
): Promise<ProductChange> {
  const { cloud, productId, options } = access;
  const before = await requireDevice(access, deviceId);
  if (before.quarantined || before.denied) {
    throw new StationError('cloud/claim-refused', `${deviceId} is in quarantine; approve it first.`);
  }
  if (user === undefined) await cloud.devices.claim(productId, deviceId, options);
  else await cloud.devices.claimFor(productId, deviceId, user, options);
  const after = await viewDevice(access, deviceId);
  const said = `${deviceId} belongs to ${after.owner ?? 'nobody'} now.`;
  return { said, notes: ['A unit in a product does its work without an owner as well.'], device: after };
}

/** Takes a device from its owner, whoever that is (cloud-api.md R8). */
export async function unclaimDevice(
  access: ProductAccess,
  deviceId: DeviceId,
  isConfirmed?: boolean,
): Promise<ProductChange> {
  const { cloud, productId, options } = access;
  const { owner } = await requireDevice(access, deviceId);
  if (owner === undefined) return readBack(access, deviceId, `${deviceId} belongs to nobody.`, []);
  requireConfirmed(isConfirmed, `${owner} would no longer own ${deviceId}; only they or the team can claim it again.`);
  await cloud.devices.unclaim(productId, deviceId, options);
  return readBack(access, deviceId, `${deviceId} no longer belongs to ${owner}.`, [SIM_STAYS]);
}

/** Takes a device out of the product; one that is claimed has to be unclaimed first (R9). */
export async function removeDevice(
  access: ProductAccess,
  deviceId: DeviceId,
  isConfirmed?: boolean,
): Promise<ProductChange> {
  const { cloud, productId, options } = access;
  const before = await requireDevice(access, deviceId);
  const refusal = removalRefusal({ deviceId, owner: before.owner });
  if (refusal !== undefined) throw asError(refusal);
  requireConfirmed(isConfirmed, `${deviceId} would leave product ${productId} and get none of its firmware any more.`);
  await cloud.devices.remove(productId, deviceId, options);
  const left = await cloud.devices.detail(productId, deviceId, options);
  if (left !== undefined && !left.quarantined && !left.denied) {
    throw new StationError('cloud/bad-answer', `The cloud said ${deviceId} was removed, and it is still a member.`);
  }
  return { said: `${deviceId} is not in product ${productId} any more.`, notes: [whenItConnects(before), SIM_STAYS] };
}

/** Name, notes, groups and the development mark. */
export async function describeDevice(
  access: ProductAccess,
  deviceId: DeviceId,
  change: DeviceChange,
): Promise<ProductChange> {
  const { cloud, productId, options } = access;
  if (Object.keys(change).length === 0) throw new StationError('request/invalid', 'Say what is to be changed.');
  await cloud.devices.change(productId, deviceId, change, options);
  const notes = change.groups === undefined ? [] : ['Other groups may bring another firmware version.'];
  return readBack(access, deviceId, `${deviceId} was changed.`, notes);
}

/** Locks a device to an uploaded version, whatever is released (R33). */
export async function lockDevice(access: ProductAccess, deviceId: DeviceId, lock: VersionLock): Promise<ProductChange> {
  const { cloud, productId, options } = access;
  const before = await requireDevice(access, deviceId);
  await cloud.devices.lock(productId, deviceId, lock, options);
  const effect = lockTakesEffect(before.online, lock.flash === 'now');
  return readBack(access, deviceId, `${deviceId} is locked to version ${lock.version}.`, [
    effect === 'now' ? 'It is loading it now.' : 'It loads it when it next restarts or comes online.',
    ...(before.isDevelopment ? ['It is marked for development, so no lock reaches it.'] : []),
  ]);
}

/** Lets a device follow the releases again. */
export async function unlockDevice(access: ProductAccess, deviceId: DeviceId): Promise<ProductChange> {
  const { cloud, productId, options } = access;
  await cloud.devices.unlock(productId, deviceId, options);
  return readBack(access, deviceId, `${deviceId} follows the releases again.`, []);
}

async function readBack(
  access: ProductAccess,
  deviceId: DeviceId,
  said: string,
  notes: readonly string[],
): Promise<ProductChange> {
  return { said, notes, device: await viewDevice(access, deviceId) };
}

async function requireDevice(
  { cloud, productId, options }: ProductAccess,
  deviceId: DeviceId,
): Promise<CloudDeviceDetail> {
  const detail = await cloud.devices.detail(productId, deviceId, options);
  if (detail !== undefined) return detail;
  throw new StationError('cloud/not-in-product', `Product ${productId} does not have ${deviceId}.`);
}

/**
 * What happens when a removed unit connects again (R16, R20): with Device OS 3.x and firmware that names the product it is back in
 * quarantine, with any other it stays outside until it is added again. How the product treats unknown units is not asked for; quarantine
 * is its default (R17).
 */
function whenItConnects(before: CloudDeviceDetail): string {
  const deviceOs = parseDeviceOsVersion(before.deviceOs ?? '');
  const four = parseDeviceOsVersion('4.0.0');
  const isSince4 = deviceOs.ok && four.ok && compareDeviceOs(deviceOs.value, four.value) >= 0;
  const binding = isSince4 || before.firmwareProductId !== before.productId ? 'by-list' : 'by-name';
  return whenConnectingAfterRemoval(binding, 'quarantine') === 'quarantined'
    ? 'Its firmware names the product: it will come back as a denied device until other firmware is on it.'
    : 'When it connects again it is in no product, until it is added again.';
}

function asError({ code, detail, evidence }: Failure): StationError {
  return new StationError(code, detail, evidence === undefined ? {} : { evidence });
}
