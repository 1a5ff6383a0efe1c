import { type Answer, answer, notOk } from './answer.ts';
import type { DeviceRecord, ProductRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { updateOverTheAir } from './device-life.ts';
import { isMember } from './firmware-target.ts';
import { findByIdentifier } from './identifier-index.ts';
import { fileLines, isTrue, textList } from './request-body.ts';
import type { ProductCall } from './route.ts';
import { isSandboxFull } from './sandbox.ts';
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
  const added = new Map<string, DeviceRecord>();
  const claimed: DeviceRecord[] = [];
  for (const identifier of identifiers) {
    const device = findByIdentifier(state, identifier);
    // A device named twice is new the first time and there the second.
    const array = device !== undefined && added.has(device.deviceId) ? 'existingDeviceIds' : arrayFor(product, device);
    arrays[array].push(identifier);
    if (device === undefined) continue;
    if (array === 'updatedDeviceIds') added.set(device.deviceId, device);
    if (array === 'updatedDeviceIds' || array === 'existingDeviceIds') claimed.push(device);
  }
  if (isOverPlan(state, product, [...added.values()])) return notOk(403, 'Device limit reached');
  if (!call.keepsNothing) {
    for (const device of added.values()) join(call, device, withSims);
    if (claimUser !== undefined) for (const device of claimed) claim(product, device, String(claimUser));
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
function arrayFor(product: ProductRecord, device: DeviceRecord | undefined): ImportArray {
  if (device === undefined) return 'invalidDeviceIds';
  if (isMember(device)) return device.productId === product.id ? 'existingDeviceIds' : 'invalidDeviceIds';
  if (device.platformId !== product.platformId) return 'invalidDeviceIds';
  if (!isOwnedWithin(product, device)) return 'nonmemberDeviceIds';
  return device.isProtected && !product.deviceProtection ? 'protectedDeviceIds' : 'updatedDeviceIds';
}

function isOwnedWithin({ team, customers }: ProductRecord, { owner }: DeviceRecord): boolean {
  return owner === undefined || team.includes(owner) || customers.includes(owner);
}

/** Whether the product's plan, or on the free plan the sandbox of its owner, has no place for them (5.3 R11, R12). */
function isOverPlan(
  state: CloudState,
  { id, deviceLimit, team }: ProductRecord,
  added: readonly DeviceRecord[],
): boolean {
  if (deviceLimit === undefined || added.length === 0) return false;
  const members = [...state.devices.values()].filter((device) => device.productId === id && isMember(device)).length;
  return members + added.length > deviceLimit || isSandboxFull(state, team[0] ?? '', added);
}

/** Embedded SIMs follow their device into the product; plastic ones do not (5.5 R22, R23). */
function join({ state, product, simFault }: ProductCall, device: DeviceRecord, withSims: boolean): void {
  device.productId = product.id;
  device.quarantined = false;
  device.denied = false;
  const sim = device.iccid === undefined ? undefined : state.sims.get(device.iccid);
  if (withSims && sim !== undefined && sim.form !== '4ff') importSim(state, sim, product, simFault);
  updateOverTheAir(state, device, 'at-once');
}

/** A device somebody outside the team owns already stays theirs. */
function claim(product: ProductRecord, device: DeviceRecord, user: string): void {
  if (isOwnedWithin(product, device)) device.owner = user;
}
