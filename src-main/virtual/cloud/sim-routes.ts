import type { JsonObject } from '../../domain/json.ts';
import { type Answer, answer, notOk } from './answer.ts';
import type { SimAction, SimRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { pageOf } from './page.ts';
import { fileLines, textList } from './request-body.ts';
import type { ProductCall, Route } from './route.ts';
import { changeSim, importSim, releaseSim, settleSim } from './sim-activation.ts';

/** SIMs of a product (cloud-api.md 2.8). */
export const SIM_ROUTES: readonly Route[] = [
  { name: 'import-sims', method: 'POST', under: /^\/sims$/, scope: 'sims:import', handle: importSims },
  { name: 'list-sims', method: 'GET', under: /^\/sims$/, scope: 'sims:list', handle: listSims },
  { name: 'get-sim', method: 'GET', under: /^\/sims\/([^/]+)$/, scope: 'sims:get', handle: getSim },
  { name: 'update-sim', method: 'PUT', under: /^\/sims\/([^/]+)$/, scope: 'sims:update', handle: updateSim },
  { name: 'release-sim', method: 'DELETE', under: /^\/sims\/([^/]+)$/, scope: 'sims:remove', handle: removeSim },
];

/** `ok` for any well-formed ICCID, known or not, ours or not: results go out by e-mail (2.8.1). */
function importSims(call: ProductCall): Answer {
  const { state, product, fields } = call;
  const texts = [...textList(fields.values.get('sims')), ...fileLines(fields.file ?? '')].map((text) => text.trim());
  if (texts.length === 0) return notOk(400, 'Provide sims or file');
  const iccids = texts.filter((text) => /^89\d{17,19}$/.test(text));
  if (iccids.length === 0) return notOk(400, `Invalid ICCID: ${texts[0]?.slice(0, 40)}`);
  for (const iccid of call.keepsNothing ? [] : iccids) {
    const sim = state.sims.get(iccid);
    if (sim === undefined || !importSim(state, sim, product, call.simFault)) continue;
    const device = sim.deviceId === undefined ? undefined : state.devices.get(sim.deviceId);
    const isFree = device?.productId === undefined && device?.platformId === product.platformId;
    const isOurs = device?.owner === undefined || product.team.includes(device.owner);
    if (device !== undefined && isFree && isOurs) device.productId = product.id;
  }
  return answer({ ok: true });
}

function listSims({ state, product, query }: ProductCall): Answer {
  const wants = (value: string | null | undefined, key: string) => (value ?? '').includes(query.get(key) ?? '');
  const found = [...state.sims.values()].filter(
    (sim) =>
      sim.productId === product.id &&
      wants(sim.iccid, 'iccid') &&
      wants(sim.deviceId, 'deviceId') &&
      wants(deviceName(state, sim), 'deviceName'),
  );
  const { rows, meta } = pageOf(found, query);
  return answer({ sims: rows.map((sim) => simDetail(state, sim)), meta });
}

function getSim(call: ProductCall): Answer {
  const sim = memberSim(call);
  return sim === undefined ? SIM_NOT_FOUND : answer(simDetail(call.state, sim));
}

/** `activate` is for developer SIMs only (2.8.4). */
function updateSim(call: ProductCall): Answer {
  const action = call.fields.values.get('action') ?? call.query.get('action');
  const sim = memberSim(call);
  if (sim === undefined) return SIM_NOT_FOUND;
  if (action === 'activate') return notOk(403, 'Product SIMs are activated by import');
  if (action !== 'deactivate' && action !== 'reactivate') return notOk(400, 'Unknown action');
  if (!call.keepsNothing) changeSim(call.state, sim, action satisfies SimAction, call.simFault);
  return answer({ ok: true });
}

function removeSim(call: ProductCall): Answer {
  const sim = memberSim(call);
  if (sim === undefined) return SIM_NOT_FOUND;
  if (!call.keepsNothing) releaseSim(call.state, sim);
  return { status: call.releasesSlowly ? 202 : 204 };
}

const SIM_NOT_FOUND = notOk(404, 'SIM not found');

function memberSim({ state, product, item }: ProductCall): SimRecord | undefined {
  const sim = state.sims.get(item);
  return sim?.productId === product.id ? sim : undefined;
}

/** The flat object of 2.8.3, as far as it means something for a virtual SIM. The key is `_id`, never `iccid`. */
function simDetail(state: CloudState, sim: SimRecord): JsonObject {
  settleSim(state, sim);
  const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  return {
    _id: sim.iccid,
    status: sim.status,
    activations_count: sim.activations,
    deactivations_count: sim.deactivations,
    base_country_code: 'US',
    first_activated_on: iso(sim.firstActivatedAtMs),
    last_activated_on: iso(sim.lastActivatedAtMs),
    last_status_change_action: sim.lastAction ?? null,
    last_status_change_action_on: iso(sim.lastActionAtMs),
    last_status_change_action_error: sim.lastActionFailed ? 'yes' : 'no',
    state_change_in_progress: sim.change !== undefined,
    updated_at: iso(sim.lastActivatedAtMs ?? sim.lastActionAtMs),
    product_id: sim.productId ?? null,
    last_device_id: sim.deviceId ?? null,
    last_device_name: deviceName(state, sim),
    owner: sim.owner ?? null,
  };
}

function deviceName(state: CloudState, sim: SimRecord): string | null {
  return (sim.deviceId === undefined ? undefined : state.devices.get(sim.deviceId)?.name) ?? null;
}
