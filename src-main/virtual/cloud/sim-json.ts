import type { JsonObject } from '../../domain/json.ts';
import { accountId } from './account-id.ts';
import type { SimRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { settleSim } from './sim-activation.ts';

/** The flat object of cloud-api.md 2.8.3, as far as it means something for a virtual SIM. The key is `_id`, never `iccid`. */
export function simDetail(state: CloudState, sim: SimRecord): JsonObject {
  settleSim(state, sim);
  return {
    _id: sim.iccid,
    status: sim.status,
    activations_count: sim.activations,
    deactivations_count: sim.deactivations,
    base_country_code: 'US',
    base_monthly_rate: 299,
    overage_monthly_rate: 99,
    first_activated_on: iso(sim.firstActivatedAtMs),
    last_activated_on: iso(sim.lastActivatedAtMs),
    last_activated_via: sim.lastActivatedAtMs === undefined ? null : 'api',
    last_status_change_action: sim.lastAction ?? null,
    last_status_change_action_on: iso(sim.lastActionAtMs),
    last_status_change_action_error: sim.lastActionFailed ? 'yes' : 'no',
    state_change_in_progress: sim.change !== undefined,
    msisdn: `345${sim.iccid.slice(-12)}`,
    carrier: 'virtual',
    updated_at: iso(sim.lastActivatedAtMs ?? sim.lastActionAtMs),
    user_id: sim.owner === undefined ? null : accountId(sim.owner),
    product_id: sim.productId ?? null,
    last_device_id: sim.lastDeviceId ?? sim.deviceId ?? null,
    last_device_name: simDeviceName(state, sim),
    owner: sim.owner ?? null,
  };
}

/** The name of the device a SIM was last used in, or came with. */
export function simDeviceName(state: CloudState, sim: SimRecord): string | null {
  const deviceId = sim.lastDeviceId ?? sim.deviceId;
  return (deviceId === undefined ? undefined : state.devices.get(deviceId)?.name) ?? null;
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
