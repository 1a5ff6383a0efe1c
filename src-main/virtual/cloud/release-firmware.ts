import type { FirmwareRecord } from './cloud-records.ts';
import { groupKey } from './device-groups.ts';
import { updateOverTheAir } from './device-life.ts';
import { devicesByVersion, releaseFirmware } from './firmware-target.ts';
import { publishProductEvent } from './publish-event.ts';
import { isTrue, textList } from './request-body.ts';
import type { ProductCall } from './route.ts';

export type RefusedRelease = { readonly status: number; readonly error: string };

/**
 * PUT /v1/products/:p/firmware/release (cloud-api.md 2.9). A version that no device of the product has reported in a handshake cannot be
 * released (5.6 R34). Online devices get an intelligent release at once, all others at their next handshake. The refusals
 * are decisions of the virtual cloud (U9).
 */
export function releaseVersion(call: ProductCall): FirmwareRecord | RefusedRelease {
  const { state, product, fields } = call;
  const { values } = fields;
  const version = String(values.get('version') ?? '');
  const firmware = state.firmware.find((entry) => entry.productId === product.id && String(entry.version) === version);
  if (version === '') return { status: 400, error: 'version is required' };
  if (firmware === undefined) return { status: 404, error: 'Firmware version not found' };
  const productDefault = values.has('product_default') ? isTrue(values.get('product_default'), false) : undefined;
  const groups = values.has('groups') ? textList(values.get('groups')).filter((group) => group !== '') : undefined;
  if (groups === undefined && productDefault !== true && !(productDefault === false && firmware.productDefault)) {
    return { status: 400, error: 'Provide product_default or groups' };
  }
  const missing = groups?.find((group) => !state.groups.has(groupKey(product, group)));
  if (missing !== undefined) return { status: 404, error: `Group ${missing.slice(0, 64)} not found` };
  if (!devicesByVersion(state, product.id).has(firmware.version)) {
    return { status: 400, error: 'Firmware must be running on at least one device before it can be released' };
  }
  if (call.keepsNothing) return firmware;
  const intelligent = isTrue(values.get('intelligent'), false);
  releaseFirmware(state, firmware, { productDefault, groups, intelligent });
  const told = { immediate: intelligent, version: firmware.version };
  publishProductEvent(state, product.id, 'particle/firmware/release', told);
  if (intelligent) {
    for (const device of state.devices.values()) {
      if (device.productId === product.id) updateOverTheAir(state, device, 'at-once');
    }
  }
  return firmware;
}
