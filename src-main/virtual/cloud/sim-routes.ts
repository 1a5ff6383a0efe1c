import { type Answer, answer, notOk } from './answer.ts';
import type { SimRecord } from './cloud-records.ts';
import { cutOffDeviceOf, updateOverTheAir } from './device-life.ts';
import { isMember } from './firmware-target.ts';
import { pageOf } from './page.ts';
import { fileLines, textList } from './request-body.ts';
import type { ProductCall, Route } from './route.ts';
import { changeSim, importSim, releaseSim } from './sim-activation.ts';
import { simDetail, simDeviceName } from './sim-json.ts';
import { fleetUsage, simNetworkStatus, simUsage } from './sim-usage.ts';

/** SIMs of a product (cloud-api.md 2.8). The fleet's usage stands before the SIMs, so that it is not taken for one. */
export const SIM_ROUTES: readonly Route[] = [
  { name: 'import-sims', method: 'POST', under: /^\/sims$/, scope: 'sims:import', handle: importSims },
  { name: 'list-sims', method: 'GET', under: /^\/sims$/, scope: 'sims:list', handle: listSims },
  { name: 'fleet-usage', method: 'GET', under: /^\/sims\/data_usage$/, scope: 'sims.usage:get', handle: getFleetUsage },
  { name: 'get-sim', method: 'GET', under: /^\/sims\/([^/]+)$/, scope: 'sims:get', handle: getSim },
  { name: 'update-sim', method: 'PUT', under: /^\/sims\/([^/]+)$/, scope: 'sims:update', handle: updateSim },
  { name: 'release-sim', method: 'DELETE', under: /^\/sims\/([^/]+)$/, scope: 'sims:remove', handle: removeSim },
  // No scope is documented for the usage of one SIM (1.6), so API users are refused.
  { name: 'sim-usage', method: 'GET', under: /^\/sims\/([^/]+)\/data_usage$/, scope: undefined, handle: getUsage },
  {
    name: 'sim-status',
    method: 'GET',
    under: /^\/sims\/([^/]+)\/status$/,
    scope: 'sims.status:get',
    handle: getStatus,
  },
];

/**
 * `ok` for any well-formed ICCID, known or not, ours or not: results go out by e-mail (2.8.1). `country`, `plan` and `mb_limit` of older
 * clients are taken and do nothing.
 */
function importSims(call: ProductCall): Answer {
  const { state, product, fields } = call;
  const texts = [...textList(fields.values.get('sims')), ...fileLines(fields.file ?? '')].map((text) => text.trim());
  if (texts.length === 0) return notOk(400, 'Provide sims or file');
  const iccids = texts.filter((text) => /^89\d{17,19}$/.test(text));
  if (iccids.length === 0) return notOk(400, `Invalid ICCID: ${texts[0]?.slice(0, 40)}`);
  for (const iccid of call.keepsNothing ? [] : iccids) {
    const sim = state.sims.get(iccid);
    if (sim !== undefined) sim.imports += 1;
    if (sim !== undefined && importSim(state, sim, product, call.simFault)) bringDevice(call, sim);
  }
  return answer({ ok: true });
}

/** A SIM brings the device it belongs to (2.8.1), unless that is somewhere already or somebody else's. */
function bringDevice({ state, product }: ProductCall, sim: SimRecord): void {
  const device = sim.deviceId === undefined ? undefined : state.devices.get(sim.deviceId);
  if (device === undefined || isMember(device) || device.platformId !== product.platformId) return;
  if (device.owner !== undefined && !product.team.includes(device.owner)) return;
  if (device.isProtected && !product.deviceProtection) return;
  device.productId = product.id;
  device.quarantined = false;
  device.denied = false;
  updateOverTheAir(state, device, 'at-once');
}

function listSims({ state, product, query }: ProductCall): Answer {
  const wants = (value: string | null | undefined, key: string) =>
    (value ?? '').toLowerCase().includes((query.get(key) ?? '').toLowerCase());
  const found = [...state.sims.values()].filter(
    (sim) =>
      sim.productId === product.id &&
      wants(sim.iccid, 'iccid') &&
      wants(sim.lastDeviceId ?? sim.deviceId, 'deviceId') &&
      wants(simDeviceName(state, sim), 'deviceName'),
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
  if (call.keepsNothing) return answer({ ok: true });
  changeSim(call.state, sim, action, call.simFault);
  if (action === 'deactivate') cutOffDeviceOf(call.state, sim);
  return answer({ ok: true });
}

function removeSim(call: ProductCall): Answer {
  const sim = memberSim(call);
  if (sim === undefined) return SIM_NOT_FOUND;
  if (!call.keepsNothing) {
    releaseSim(call.state, sim);
    cutOffDeviceOf(call.state, sim);
  }
  return { status: call.releasesSlowly ? 202 : 204 };
}

function getFleetUsage({ state, product }: ProductCall): Answer {
  return answer(
    fleetUsage(
      state,
      [...state.sims.values()].filter((sim) => sim.productId === product.id),
    ),
  );
}

function getUsage(call: ProductCall): Answer {
  const sim = memberSim(call);
  return sim === undefined ? SIM_NOT_FOUND : answer(simUsage(sim));
}

function getStatus(call: ProductCall): Answer {
  const sim = memberSim(call);
  return sim === undefined ? SIM_NOT_FOUND : answer(simNetworkStatus(call.state, sim), 202);
}

const SIM_NOT_FOUND = notOk(404, 'SIM not found');

function memberSim({ state, product, item }: ProductCall): SimRecord | undefined {
  const sim = state.sims.get(item);
  return sim?.productId === product.id ? sim : undefined;
}
