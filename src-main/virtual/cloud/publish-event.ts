import type { DeviceRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';

/**
 * Publishes what a device says, or the cloud about it: `spark/status`, `spark/flash/status` and the like (cloud-api.md 2.11). Devices in
 * quarantine or denied are in no product's stream.
 */
export function publishDeviceEvent(state: CloudState, device: DeviceRecord, name: string, data: string): void {
  state.events.publish({
    name,
    data,
    ttl: 60,
    publishedAt: state.clock.iso(),
    coreid: device.deviceId,
    version: device.firmwareVersion,
    isPublic: false,
    productId: device.quarantined || device.denied ? undefined : device.productId,
    owner: device.owner,
  });
}

/** Publishes what happened to a product by the API: `particle/firmware/create` and `particle/firmware/release` (2.9). */
export function publishProductEvent(state: CloudState, productId: number, name: string, data: object): void {
  state.events.publish({
    name,
    data: JSON.stringify(data),
    ttl: 60,
    publishedAt: state.clock.iso(),
    coreid: 'api',
    version: undefined,
    isPublic: false,
    productId,
    owner: undefined,
  });
}
