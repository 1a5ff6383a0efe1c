import type { DeviceId } from '../domain/device-id.ts';
import { StationError } from '../domain/failure.ts';
import { targetVersion, updateAtConnection } from '../domain/firmware-target.ts';
import type { ViewedDevice, ViewedLocks, ViewedPage } from '../domain/product-view.ts';
import type { CloudDeviceDetail, DeviceQuery } from '../ports/cloud-devices.ts';
import type { CloudFirmware } from '../ports/product-firmware.ts';
import { allPages, SCAN_ROWS } from './all-pages.ts';
import type { ProductAccess, ProductLook } from './product-access.ts';

/** Rows of a page on a screen, where none were asked for. */
const SHOWN_ROWS = 50;
/** Devices of a page are asked for one by one only so many times. */
const MOST_DETAILS = 50;

export type DeviceFilter = {
  readonly page?: number | undefined;
  readonly perPage?: number | undefined;
  /** Part of a device ID, a serial number or a name. */
  readonly text?: string | undefined;
  readonly group?: string | undefined;
};

/**
 * One page of the product's devices, last heard first. A text of hex digits alone is looked for in device IDs, any other in serial
 * numbers and, where no serial number has it, in names: the cloud takes one of the three at a time.
 */
export async function viewDevices(access: ProductAccess, filter: DeviceFilter): Promise<ViewedPage<ViewedDevice>> {
  const { cloud, productId, options } = access;
  const page = filter.page ?? 1;
  const query: DeviceQuery = {
    page,
    perPage: filter.perPage ?? SHOWN_ROWS,
    ...(filter.group === undefined ? {} : { groups: [filter.group] }),
  };
  const list = async (more: Partial<DeviceQuery>): Promise<ViewedPage<ViewedDevice>> => {
    const { rows, totalPages } = await cloud.devices.list(productId, { ...query, ...more }, options);
    return { rows: rows.map(viewedDevice), page, totalPages };
  };
  const text = filter.text?.trim() ?? '';
  if (text === '') return list({});
  if (/^[0-9a-f]{6,24}$/i.test(text)) {
    const byId = await list({ deviceId: text.toLowerCase() });
    if (byId.rows.length > 0) return byId;
  }
  const bySerialNumber = await list({ serialNumber: text.toUpperCase() });
  return bySerialNumber.rows.length > 0 ? bySerialNumber : list({ name: text });
}

/** One device with all the cloud tells. Rejects with `cloud/not-in-product` when the product does not have it. */
export async function viewDevice(
  { cloud, productId, options }: ProductAccess,
  deviceId: DeviceId,
): Promise<ViewedDevice> {
  const detail = await cloud.devices.detail(productId, deviceId, options);
  if (detail !== undefined) return viewedDevice(detail);
  throw new StationError('cloud/not-in-product', `Product ${productId} does not have ${deviceId}.`);
}

/**
 * The devices in quarantine and those denied. What the cloud's filter for them does is UNVERIFIED (cloud-api.md 2.3), so the whole list
 * is looked through; of a product too large for that, what the filter gives is shown as well, and `isComplete` is false.
 */
export async function viewDenied(
  access: ProductAccess,
): Promise<{ readonly rows: readonly ViewedDevice[]; readonly isComplete: boolean }> {
  const all = await scanDevices(access, {});
  const filtered = all.isComplete ? [] : (await scanDevices(access, { standing: 'quarantined' })).rows;
  const rows = new Map([...all.rows, ...filtered].map((row) => [row.deviceId, row]));
  return { rows: [...rows.values()].filter(({ standing }) => standing !== 'member'), isComplete: all.isComplete };
}

/**
 * Which units do not follow the releases. A row of the list has its lock only sometimes (cloud-api.md 2.3), so units whose target is not
 * what the releases would give are asked for one by one, within a bound.
 */
export async function viewLocks(access: ProductLook): Promise<ViewedLocks> {
  const { cloud, productId, options } = access;
  const [{ rows, isComplete }, firmware] = await Promise.all([
    scanDevices(access, {}),
    cloud.firmware.list(productId, options),
  ]);
  const unclear = rows.filter((row) => row.lockedVersion === undefined && hasOddTarget(row, firmware));
  const asked = await Promise.all(
    unclear
      .slice(0, MOST_DETAILS)
      .map(({ deviceId }) => cloud.devices.detail(productId, deviceId as DeviceId, options)),
  );
  const known = new Map(
    asked.filter((detail) => detail !== undefined).map((detail) => [detail.id as string, viewedDevice(detail)]),
  );
  const devices = rows.map((row) => known.get(row.deviceId) ?? row);
  return {
    locked: devices.filter(({ lockedVersion }) => lockedVersion !== undefined),
    development: devices.filter(({ isDevelopment }) => isDevelopment),
    isComplete: isComplete && unclear.length <= MOST_DETAILS,
  };
}

/** A device as it is shown: what the cloud told, and what happens to its firmware next. */
export function viewedDevice(detail: CloudDeviceDetail): ViewedDevice {
  const { id, serialNumber, name, notes, owner, groups, iccid, imei, deviceOs, lastHeard } = detail;
  const { firmwareVersion, targetVersion: target, lockedVersion, isDevelopment } = detail;
  return {
    deviceId: id,
    serialNumber,
    name,
    notes,
    standing: detail.denied ? 'denied' : detail.quarantined ? 'quarantined' : 'member',
    isOnline: detail.online,
    isSafeMode: detail.status === 'safe_mode',
    lastHeard,
    owner,
    groups,
    iccid,
    imei,
    deviceOs,
    firmwareVersion,
    targetVersion: target,
    lockedVersion,
    isDevelopment,
    update: isDevelopment ? 'none' : updateAtConnection(firmwareVersion, target),
  };
}

async function scanDevices({ cloud, productId, options }: ProductLook, query: Pick<DeviceQuery, 'standing'>) {
  const { rows, isComplete } = await allPages(
    (page) => cloud.devices.list(productId, { ...query, page, perPage: SCAN_ROWS, sortBy: 'device-id' }, options),
    ({ id }) => id,
  );
  return { rows: rows.map(viewedDevice), isComplete };
}

/** Whether the cloud wants another version on it than the releases give (R33): a lock that the row does not show, or nothing told. */
function hasOddTarget(row: ViewedDevice, firmware: readonly CloudFirmware[]): boolean {
  if (row.standing !== 'member' || row.targetVersion === undefined) return false;
  const released = targetVersion({
    isDevelopment: row.isDevelopment,
    lockedTo: undefined,
    groupReleases: firmware
      .filter(({ groups }) => groups.some((group) => row.groups.includes(group)))
      .map(({ version }) => version),
    productDefault: firmware.find(({ isProductDefault }) => isProductDefault)?.version,
  });
  return released !== row.targetVersion;
}
