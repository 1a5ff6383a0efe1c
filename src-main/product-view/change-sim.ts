import type { DeviceId } from '../domain/device-id.ts';
import { parseDeviceId } from '../domain/device-id.ts';
import { failureOf, StationError } from '../domain/failure.ts';
import type { Iccid } from '../domain/iccid.ts';
import type { ProductChange } from '../domain/product-view.ts';
import { parseSerialNumber } from '../domain/serial-number.ts';
import { claimOf, isSurelyNotTaken, sayClaim } from '../domain/sim-claim.ts';
import { activationOfSerialNumber } from '../domain/sim-rules.ts';
import { type ActivationClass, activationAlarmMs } from '../domain/sku.ts';
import type { CloudSimDetail, SwitchOff } from '../ports/cloud-sims.ts';
import { requireConfirmed } from './confirmed.ts';
import type { ProductAccess } from './product-access.ts';
import { viewedSim } from './view-sims.ts';

/**
 * Imports a SIM into the product, which activates it (cloud-api.md R24). One that is there already is not asked for again, nor one that
 * the station or somebody else on its data folder is importing.
 */
export async function activateSim(access: ProductAccess, iccid: Iccid, isConfirmed?: boolean): Promise<ProductChange> {
  const { cloud, productId, options, simImports, by } = access;
  const before = await cloud.sims.detail(productId, iccid, options);
  if (before !== undefined) {
    const said = `SIM ${iccid} is in product ${productId} already and ${before.status}; nothing was asked for.`;
    const hint = before.state === 'inactive' ? ['Reactivate it to switch it on.'] : [];
    return { said, notes: hint, sim: viewedSim(before) };
  }
  requireConfirmed(isConfirmed, `SIM ${iccid} would be imported into product ${productId}, activated and paid for.`);
  const claim = claimOf({ iccid, how: 'import', who: 'supervisor', name: by }, new Date());
  const held = simImports().claim(productId, [claim]).get(iccid);
  if (held !== undefined) return { said: `${sayClaim(held)} Nothing was asked for.`, notes: [] };
  try {
    await cloud.sims.import(productId, [iccid], {}, options);
  } catch (thrown) {
    if (isSurelyNotTaken(failureOf(thrown).code)) simImports().giveBack(productId, [claim]);
    throw thrown;
  }
  const after = await cloud.sims.detail(productId, iccid, options);
  return {
    said: `The import of SIM ${iccid} is asked for.`,
    notes: [
      after === undefined
        ? 'It does not show yet. If it never does, it belongs to another account, or its number is wrong.'
        : `It is ${after.status} now.`,
    ],
    ...(after === undefined ? {} : { sim: viewedSim(after) }),
  };
}

/** Switches a SIM off. Its unit goes offline; how long it takes to come back is said first. */
export async function deactivateSim(
  access: ProductAccess,
  iccid: Iccid,
  isConfirmed?: boolean,
): Promise<ProductChange> {
  const { cloud, productId, options } = access;
  const { before, activation } = await lookAt(access, iccid);
  if (before.state === 'inactive') return { said: `SIM ${iccid} is off already.`, notes: [], sim: viewedSim(before) };
  requireConfirmed(isConfirmed, `SIM ${iccid}${userOf(before)} would be switched off${timeBack(activation)}.`, {
    iccid,
  });
  const after = await cloud.sims.deactivate(productId, iccid, orderOf(activation), options);
  return changed(iccid, after, 'was told to switch off', []);
}

/** Switches a SIM on again. */
export async function reactivateSim(
  access: ProductAccess,
  iccid: Iccid,
  isConfirmed?: boolean,
): Promise<ProductChange> {
  const { cloud, productId, options } = access;
  const { before, activation } = await lookAt(access, iccid);
  if (before.state === 'active') return { said: `SIM ${iccid} is active.`, notes: [], sim: viewedSim(before) };
  requireConfirmed(isConfirmed, `SIM ${iccid} would be switched on again and paid for.`, { iccid });
  const after = await cloud.sims.reactivate(productId, iccid, options);
  const days = activationAlarmMs(activation, 'again') / 86_400_000;
  const wait = days < 1 ? [] : [`It can take up to ${days === 1 ? 'a day' : `${days} days`}.`];
  return changed(iccid, after, 'was told to switch on', after?.state === 'active' ? [] : wait);
}

/** Switches a SIM off and gives it up: another account may take it then. */
export async function releaseSim(access: ProductAccess, iccid: Iccid, isConfirmed?: boolean): Promise<ProductChange> {
  const { cloud, productId, options, simImports } = access;
  const { before, activation } = await lookAt(access, iccid);
  requireConfirmed(
    isConfirmed,
    `SIM ${iccid}${userOf(before)} would be switched off and given up; any account could then take it${timeBack(activation)}.`,
    { iccid },
  );
  const after = await cloud.sims.release(productId, iccid, orderOf(activation), options);
  simImports().forget(productId, iccid);
  if (after === undefined) return { said: `SIM ${iccid} is no longer in product ${productId}.`, notes: [] };
  return {
    said: `The release of SIM ${iccid} is under way.`,
    notes: ['Look again in a while.'],
    sim: viewedSim(after),
  };
}

/** The SIM as it is, and the class it is to be reckoned with: by the serial number of the unit that used it last. */
async function lookAt(
  { cloud, productId, options }: ProductAccess,
  iccid: Iccid,
): Promise<{ readonly before: CloudSimDetail; readonly activation: ActivationClass }> {
  const before = await cloud.sims.detail(productId, iccid, options);
  if (before === undefined) {
    throw new StationError('sim/not-in-product', `Product ${productId} does not have SIM ${iccid}.`);
  }
  const deviceId = parseDeviceId(before.deviceId ?? '');
  const device = deviceId.ok ? await cloud.devices.detail(productId, deviceId.value as DeviceId, options) : undefined;
  const serial = parseSerialNumber(device?.serialNumber ?? '');
  return { before, activation: serial.ok ? activationOfSerialNumber(serial.value) : 'sometimes-slow' };
}

/** A person has confirmed it by now, with the time it may take to come back in the question (R27). */
function orderOf(activation: ActivationClass): SwitchOff {
  return { activation, evenIfSlow: true };
}

function timeBack(activation: ActivationClass): string {
  if (activation === 'fast') return '';
  const days = activationAlarmMs(activation, 'again') / 86_400_000;
  return `, and coming back can take up to ${days === 1 ? 'a day' : `${days} days`}`;
}

function userOf({ deviceId, deviceName }: CloudSimDetail): string {
  const unit = deviceName ?? deviceId;
  return unit === undefined ? '' : `, last used by ${unit},`;
}

function changed(
  iccid: Iccid,
  after: CloudSimDetail | undefined,
  done: string,
  notes: readonly string[],
): ProductChange {
  if (after === undefined) return { said: `SIM ${iccid} ${done}; the product does not show it now.`, notes };
  return { said: `SIM ${iccid} ${done}; it is ${after.status}.`, notes, sim: viewedSim(after) };
}
