import { type Answer, answer, notOk } from './answer.ts';
import type { SimRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { cutOffDeviceOf } from './device-life.ts';
import { pageOf } from './page.ts';
import type { Call, Route } from './route.ts';
import { changeSim, releaseSim, settleSim } from './sim-activation.ts';
import { simDetail } from './sim-json.ts';
import { simUsage } from './sim-usage.ts';

const ONE = /^\/v1\/sims\/([^/]+)$/;
const USAGE = /^\/v1\/sims\/([^/]+)\/data_usage$/;

/** SIMs in nobody's product but in somebody's account (cloud-api.md 2.8). API users have no scope for them (1.6). */
export const DEVELOPER_SIM_ROUTES: readonly Route[] = [
  { name: 'list-my-sims', method: 'GET', path: /^\/v1\/sims$/, scope: undefined, handle: listSims },
  { name: 'check-sim', method: 'HEAD', path: ONE, scope: undefined, handle: checkSim },
  { name: 'get-my-sim', method: 'GET', path: ONE, scope: undefined, handle: getSim },
  { name: 'update-my-sim', method: 'PUT', path: ONE, scope: undefined, handle: updateSim },
  { name: 'release-my-sim', method: 'DELETE', path: ONE, scope: undefined, handle: removeSim },
  { name: 'my-sim-usage', method: 'GET', path: USAGE, scope: undefined, handle: getUsage },
];

/** How many SIMs one account may have outside products (5.3 R13). */
const ACCOUNT_LIMIT = 100;

function listSims({ state, bearer, query }: Call): Answer {
  const { rows } = pageOf(simsOf(state, bearer.username), query);
  return answer({ sims: rows.map((sim) => simDetail(state, sim)) });
}

/**
 * The status alone says it (2.8.6): 200 not activated yet, 205 activated, 204 inactive, 403 somebody else's or a product's, 404 unknown.
 * The two sources for 204 contradict each other; here it is the one that says inactive.
 */
function checkSim(call: Call): Answer {
  const found = findSim(call);
  if ('refusal' in found) return { status: found.refusal.status };
  settleSim(call.state, found.sim);
  const { status } = found.sim;
  return { status: status === 'active' ? 205 : status === 'never_before_activated' ? 200 : 204 };
}

function getSim(call: Call): Answer {
  const found = findMine(call);
  return 'refusal' in found ? found.refusal : answer(simDetail(call.state, found.sim));
}

/**
 * `activate` takes a SIM nobody has into the account and into service (2.8.4, R24); the others change one that is there. `async` and the
 * fields of older clients do nothing. That a 101st SIM is refused like this is UNVERIFIED.
 */
function updateSim(call: Call): Answer {
  const { state, bearer, fields, query } = call;
  const action = fields.values.get('action') ?? query.get('action');
  if (action !== 'activate' && action !== 'deactivate' && action !== 'reactivate') return notOk(400, 'Unknown action');
  const found = action === 'activate' ? findSim(call) : findMine(call);
  if ('refusal' in found) return found.refusal;
  const { sim } = found;
  const isNew = sim.owner === undefined;
  if (isNew && simsOf(state, bearer.username).length >= ACCOUNT_LIMIT) return notOk(403, 'SIM limit reached');
  if (call.keepsNothing) return answer({ ok: true });
  sim.owner = bearer.username;
  sim.wasReleased = false;
  changeSim(state, sim, action, call.simFault);
  if (action === 'deactivate') cutOffDeviceOf(state, sim);
  return answer({ ok: true });
}

function removeSim(call: Call): Answer {
  const found = findMine(call);
  if ('refusal' in found) return found.refusal;
  if (!call.keepsNothing) {
    releaseSim(call.state, found.sim);
    cutOffDeviceOf(call.state, found.sim);
  }
  return { status: call.releasesSlowly ? 202 : 204 };
}

function getUsage(call: Call): Answer {
  const found = findMine(call);
  return 'refusal' in found ? found.refusal : answer(simUsage(found.sim));
}

const SIM_NOT_FOUND = notOk(404, 'SIM not found');
const NOT_YOURS = notOk(403, 'SIM belongs to another account or to a product');

type Found = { readonly sim: SimRecord } | { readonly refusal: Answer };

/** A SIM that is the bearer's or nobody's. */
function findSim({ state, bearer, item }: Call): Found {
  const sim = state.sims.get(item);
  if (sim === undefined) return { refusal: SIM_NOT_FOUND };
  if (sim.productId !== undefined) return { refusal: NOT_YOURS };
  return sim.owner === undefined || sim.owner === bearer.username ? { sim } : { refusal: NOT_YOURS };
}

function findMine(call: Call): Found {
  const found = findSim(call);
  return 'sim' in found && found.sim.owner === undefined ? { refusal: SIM_NOT_FOUND } : found;
}

function simsOf(state: CloudState, username: string): SimRecord[] {
  return [...state.sims.values()].filter((sim) => sim.productId === undefined && sim.owner === username);
}
