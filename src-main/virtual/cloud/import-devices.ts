import { type Answer, answer, notOk } from './answer.ts';
import type { DeviceRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { fileLines, isTrue, textList } from './request-body.ts';
import type { ProductCall } from './route.ts';
import { importSim } from './sim-activation.ts';

/**
 * POST /v1/products/:p/devices (cloud-api.md 2.2): one call for adding by any identifier, for SIM import, for claiming and
 * for approving from quarantine. Answers 200 whatever happened to the identifiers; each is echoed as sent, in one array.
 */
export function importDevices(call: ProductCall): Answer {
  const { state, product, fields, query } = call;
  const identifiers = [
    ...textList(fields.values.get('ids')),
    ...textList(fields.values.get('id')),
    ...fileLines(fields.file ?? ''),
  ].map((text) => text.trim());
  if (identifiers.length === 0) return notOk(400, 'Provide id, ids or file');
  const claimUser = fields.values.get('claim_user') ?? query.get('claim_user') ?? undefined;
  if (claimUser !== undefined && !product.team.includes(String(claimUser))) {
    return notOk(400, 'claim_user is not a member of the product team');
  }
  const withSims = isTrue(fields.values.get('import_sims') ?? query.get('import_sims'), true);
  const arrays: Record<ImportArray, string[]> = {
    updatedDeviceIds: [],
    existingDeviceIds: [],
    nonmemberDeviceIds: [],
    invalidDeviceIds: [],
    protectedDeviceIds: [],
  };
  const devices = indexDevices(state);
  for (const identifier of identifiers) {
    const device = devices.get(identifier.toLowerCase());
    const array = arrayFor(call, device);
    arrays[array].push(identifier);
    if (device === undefined || call.keepsNothing) continue;
    if (array === 'updatedDeviceIds') join(call, device, withSims);
    if (array === 'updatedDeviceIds' || array === 'existingDeviceIds') {
      if (claimUser !== undefined) device.owner = String(claimUser);
    }
  }
  return answer({ updated: arrays.updatedDeviceIds.length, ...arrays });
}

type ImportArray =
  | 'updatedDeviceIds'
  | 'existingDeviceIds'
  | 'nonmemberDeviceIds'
  | 'invalidDeviceIds'
  | 'protectedDeviceIds';

/** The table of 2.2.3, most specific first. */
function arrayFor({ product }: ProductCall, device: DeviceRecord | undefined): ImportArray {
  if (device === undefined) return 'invalidDeviceIds';
  if (device.productId === product.id) {
    return device.quarantined || device.denied ? 'updatedDeviceIds' : 'existingDeviceIds';
  }
  if (device.productId !== undefined || device.platformId !== product.platformId) return 'invalidDeviceIds';
  if (device.owner !== undefined && !product.team.includes(device.owner)) return 'nonmemberDeviceIds';
  return device.isProtected && !product.deviceProtection ? 'protectedDeviceIds' : 'updatedDeviceIds';
}

/** Embedded SIMs follow their device into the product; plastic ones do not (5.5 R22, R23). */
function join({ state, product, simFault }: ProductCall, device: DeviceRecord, withSims: boolean): void {
  device.productId = product.id;
  device.quarantined = false;
  device.denied = false;
  const sim = device.iccid === undefined ? undefined : state.sims.get(device.iccid);
  if (withSims && sim !== undefined && sim.form !== '4ff') importSim(state, sim, product, simFault);
}

/** Every device by each of its identifiers in lower case: device ID, serial number, IMEI, ICCID (0.2 trap 4). */
function indexDevices(state: CloudState): Map<string, DeviceRecord> {
  const index = new Map<string, DeviceRecord>();
  for (const device of state.devices.values()) {
    for (const identifier of [device.serialNumber, device.imei, device.iccid, device.deviceId]) {
      if (identifier !== undefined) index.set(identifier.toLowerCase(), device);
    }
  }
  return index;
}
