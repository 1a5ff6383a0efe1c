import * as z from 'zod';
import type { DeviceId } from '../../domain/device-id.ts';
import type { CloudOptions } from '../../ports/cloud.ts';
import type { CloudDeviceDetail, CloudDevices, DeviceQuery } from '../../ports/cloud-devices.ts';
import { isUnknownDevice } from './absent.ts';
import { badAnswer, checkedAnswer, presentAnswer } from './checked-answer.ts';
import type { CloudRequest } from './cloud-request.ts';
import type { Send } from './cloud-sender.ts';
import { cloudDeviceDetailOf, deviceDetailAnswer } from './device-detail-answer.ts';
import { pageMeta, pageOf, pageQueryOf } from './list-page.ts';

/** Looking at devices (cloud-api.md 2.3, 2.4). Beside the SDK, whose list cannot be filtered by serial number or standing (4.2). */
export function deviceViews(send: Send): Pick<CloudDevices, 'detail' | 'list'> {
  return {
    detail: (productId, deviceId, options) => readDevice(send, productId, deviceId, options),

    async list(productId, query, options) {
      const path = `/v1/products/${productId}/devices`;
      const received = presentAnswer(await send({ method: 'GET', path, query: queryOf(query) }, options));
      const { devices, meta } = checkedAnswer(deviceDetailList, received);
      const stray = devices.find((device) => device.product_id !== productId);
      if (stray !== undefined) throw badAnswer(`${stray.id} in it is in product ${stray.product_id}`, received);
      const rows = devices.map(cloudDeviceDetailOf).filter((device) => hasStanding(device, query.standing));
      return pageOf(rows, meta);
    },
  };
}

/** The whole device, or undefined when the product does not have it. */
export async function readDevice(
  send: Send,
  productId: number,
  deviceId: DeviceId,
  options: CloudOptions,
): Promise<CloudDeviceDetail | undefined> {
  const path = `/v1/products/${productId}/devices/${deviceId}`;
  const received = await send({ method: 'GET', path, isAbsence: isUnknownDevice }, options);
  if (received === undefined) return undefined;
  const device = checkedAnswer(deviceDetailAnswer, received);
  if (device.id !== deviceId) throw badAnswer('it is about another device ID', received);
  return cloudDeviceDetailOf(device);
}

const deviceDetailList = z.looseObject({ devices: z.array(deviceDetailAnswer), meta: pageMeta });

function hasStanding(device: CloudDeviceDetail, wanted: DeviceQuery['standing']): boolean {
  if (wanted === undefined) return true;
  if (wanted === 'quarantined') return device.quarantined;
  if (wanted === 'denied') return device.denied;
  return !device.quarantined && !device.denied;
}

/** `quarantined` only ever as true: what other values do is UNVERIFIED (2.3). */
function queryOf(query: DeviceQuery): NonNullable<CloudRequest['query']> {
  const { name, standing, sortBy, order } = query;
  return {
    ...pageQueryOf(query),
    deviceName: name,
    quarantined: standing === 'quarantined' ? true : undefined,
    sortAttr: sortBy === undefined ? undefined : SORT_ATTRIBUTE[sortBy],
    sortDir: order === undefined ? undefined : SORT_DIRECTION[order],
  };
}

const SORT_ATTRIBUTE = {
  name: 'deviceName',
  'device-id': 'deviceId',
  'firmware-version': 'firmwareVersion',
  'last-connection': 'lastConnection',
} as const;

const SORT_DIRECTION = { ascending: 'asc', descending: 'desc' } as const;
