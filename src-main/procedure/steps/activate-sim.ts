import { failure, type Result } from '../../domain/failure.ts';
import type { Iccid } from '../../domain/iccid.ts';
import type { CloudSim } from '../../ports/cloud.ts';
import type { Step, StepContext } from '../procedure.ts';

const CALL_MS = 30_000;
/** Pauses between looks at a SIM whose activation is under way; the last one repeats. There is no event for it (cloud-api.md 2.8). */
const LOOKS_MS = [300, 700, 1000, 2000];

/**
 * Leaves this step only with a SIM that is active, or knowingly pending: the cloud says the activation is under way and the recipe
 * lets a unit pass meanwhile (cloud-api.md R27). A removable SIM is imported first, once, and never when the product already has it:
 * importing is what costs money.
 */
export const activateSim: Step<'sim' | 'membership', 'simState'> = {
  id: 'activate-sim',
  title: 'Activate SIM',
  needs: ['sim', 'membership'],
  gives: ['simState'],
  timeoutMs: 180_000,
  silenceIs: 'cloud/timeout',
  run: async ({ sim }, context) => {
    if (sim === 'no-sim-in-recipe') return { ok: true, facts: { simState: sim }, learnt: { sim: 'none in recipe' } };
    const { recipe, ports, signal } = context;
    const call = { signal, timeoutMs: CALL_MS };
    let seen = await ports.cloud.sim(recipe.productId, sim.iccid, call);
    let imported = false;
    if (recipe.sim.form === 'removable' && seen === undefined) {
      await ports.cloud.importSim(recipe.productId, sim.iccid, call);
      imported = true;
      seen = await ports.cloud.sim(recipe.productId, sim.iccid, call);
    }
    seen = await watch(sim.iccid, seen, context);
    const judged = judge(sim.iccid, seen, recipe.sim.mayBePending);
    if (!judged.ok) return judged;
    const learnt = {
      sim: judged.value,
      status: seen?.status ?? null,
      imported,
      activations: seen?.activations ?? null,
    };
    return { ok: true, facts: { simState: judged.value }, learnt };
  },
};

/** Looks again while the activation is under way, for at most the recipe's waiting time. */
async function watch(iccid: Iccid, first: CloudSim | undefined, context: StepContext): Promise<CloudSim | undefined> {
  const { recipe, ports, signal, sleep } = context;
  let seen = first;
  let waitedMs = 0;
  for (let look = 0; isUnsettled(seen) && waitedMs < recipe.sim.waitMs; look += 1) {
    const pause = Math.min(LOOKS_MS[look] ?? LOOKS_MS.at(-1) ?? 2000, recipe.sim.waitMs - waitedMs);
    await sleep(pause);
    waitedMs += pause;
    seen = await ports.cloud.sim(recipe.productId, iccid, { signal, timeoutMs: CALL_MS });
  }
  return seen;
}

function isUnsettled(sim: CloudSim | undefined): boolean {
  return sim === undefined || sim.state === 'in-progress' || sim.state === 'never-activated';
}

function judge(iccid: Iccid, sim: CloudSim | undefined, mayBePending: boolean): Result<'active' | 'pending'> {
  if (sim === undefined) {
    const detail = `SIM ${iccid} is not in the product. It may still be queued, or belong to another account.`;
    return { ok: false, failure: failure('sim/not-in-product', detail) };
  }
  const evidence = { iccid, status: sim.status };
  switch (sim.state) {
    case 'active':
      return { ok: true, value: 'active' };
    case 'in-progress':
      if (mayBePending) return { ok: true, value: 'pending' };
      return { ok: false, failure: failure('sim/pending', `SIM ${iccid} is still being activated.`, evidence) };
    case 'never-activated':
      return {
        ok: false,
        failure: failure('sim/pending', `SIM ${iccid} is in the product, but nothing activates it.`, evidence),
      };
    case 'inactive':
      return { ok: false, failure: failure('sim/inactive', `SIM ${iccid} is ${sim.status}.`, evidence) };
    case 'failed':
      return {
        ok: false,
        failure: failure('sim/activation-failed', `The activation of SIM ${iccid} failed.`, evidence),
      };
    case 'unknown':
      return {
        ok: false,
        failure: failure('cloud/bad-answer', `SIM ${iccid} has the unknown status "${sim.status}".`, evidence),
      };
  }
}
