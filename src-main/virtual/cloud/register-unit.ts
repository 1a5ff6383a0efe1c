import type { ActivationClass, SimForm } from '../../domain/sku-table.ts';
import type { DeviceRecord, SimRecord } from './cloud-records.ts';
import { type CloudState, STRANGER } from './cloud-state.ts';
import { indexDevice } from './identifier-index.ts';

/** In what condition the cloud already knows a unit before the line sees it. */
export const UNIT_CONDITIONS = [
  'in-other-product',
  'claimed-by-stranger',
  'quarantined',
  'protected',
  'sim-active',
  'sim-inactive',
  'sim-owned-elsewhere',
  'sim-never-activates',
] as const;

export type UnitCondition = (typeof UNIT_CONDITIONS)[number];

export type UnitInput = {
  readonly deviceId: string;
  readonly platformId: number;
  readonly serialNumber?: string;
  readonly imei?: string;
  readonly iccid?: string;
  readonly sku?: string;
  readonly mobileSecret?: string;
  /** Embedded SIMs come along with their device, plastic ones need an import of their own (5.5 R22, R23). Default `mff2`. */
  readonly simForm?: SimForm;
  /** Default `fast`. */
  readonly activationClass?: ActivationClass;
  /** The product it is already in (or quarantined by). */
  readonly productId?: number;
  readonly owner?: string;
  readonly conditions?: readonly UnitCondition[];
};

/** A product number no virtual product gets: where `in-other-product` units are. */
const OTHER_PRODUCT_ID = 777;

/**
 * Makes the factory's record of a unit, as the cloud has it before the line sees the unit: known by its device ID and all
 * other identifiers, in no product unless told, its SIM never used unless told. Registering again forgets what was.
 */
export function registerUnit(state: CloudState, unit: UnitInput): void {
  const is = (condition: UnitCondition) => unit.conditions?.includes(condition) ?? false;
  const device: DeviceRecord = {
    deviceId: unit.deviceId.toLowerCase(),
    platformId: unit.platformId,
    serialNumber: unit.serialNumber,
    imei: unit.imei,
    iccid: unit.iccid,
    sku: unit.sku,
    mobileSecret: unit.mobileSecret,
    isProtected: is('protected'),
    productId: is('in-other-product') ? OTHER_PRODUCT_ID : unit.productId,
    owner: is('claimed-by-stranger') ? STRANGER : unit.owner,
    quarantined: is('quarantined'),
    denied: false,
    name: null,
    notes: null,
    groups: [],
    development: false,
    desiredFirmwareVersion: undefined,
    firmwareUpdatesForced: false,
    online: false,
    lastHeardAtMs: undefined,
    lastHandshakeAtMs: undefined,
    lastIpAddress: undefined,
    lastIccid: undefined,
    deviceOs: undefined,
    firmwareVersion: undefined,
    firmwareProductId: undefined,
  };
  state.devices.set(device.deviceId, device);
  indexDevice(state, device);
  if (unit.iccid !== undefined) state.sims.set(unit.iccid, simOf(state, unit, unit.iccid, is));
}

function simOf(
  state: CloudState,
  unit: UnitInput,
  iccid: string,
  is: (condition: UnitCondition) => boolean,
): SimRecord {
  const wasUsed = is('sim-active') || is('sim-inactive');
  const usedAtMs = wasUsed ? state.clock.now() - 86_400_000 : undefined;
  return {
    iccid,
    form: unit.simForm ?? 'mff2',
    activationClass: unit.activationClass ?? 'fast',
    deviceId: unit.deviceId.toLowerCase(),
    lastDeviceId: undefined,
    status: is('sim-active') ? 'active' : is('sim-inactive') ? 'inactive_user_deactivated' : 'never_before_activated',
    productId: undefined,
    owner: is('sim-owned-elsewhere') ? STRANGER : undefined,
    imports: 0,
    activations: wasUsed ? 1 : 0,
    deactivations: is('sim-inactive') ? 1 : 0,
    change: undefined,
    lastAction: is('sim-active') ? 'activate' : is('sim-inactive') ? 'deactivate' : undefined,
    lastActionAtMs: usedAtMs,
    lastActionFailed: false,
    firstActivatedAtMs: usedAtMs,
    lastActivatedAtMs: usedAtMs,
    neverActivates: is('sim-never-activates'),
    wasReleased: false,
    usageByDay: {},
    statusTask: undefined,
  };
}
