import { failure, failureOf, type Result } from '../../domain/failure.ts';
import type { FailureCode } from '../../domain/failure-codes.ts';
import type { Iccid } from '../../domain/iccid.ts';
import type { CloudSim } from '../../ports/cloud.ts';
import type { Facts } from '../facts.ts';
import type { Step, StepContext, StepResult } from '../procedure.ts';

const CALL_MS = 30_000;
/** Pauses between looks at a SIM whose activation is under way; the last one repeats. There is no event for it (cloud-api.md 2.8). */
const LOOKS_MS = [300, 700, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 2000];
/** So long an import may stay in the cloud's queue before the SIM shows in the product (cloud-api.md R26). */
const QUEUE_MS = 24 * 60 * 60 * 1000;

/** With these the cloud has surely not taken an import; with any other fault it may have. */
const REFUSALS: readonly FailureCode[] = ['cloud/permission', 'cloud/refused', 'cloud/rate-limited'];

/**
 * Leaves this step only with a SIM that is active, or knowingly pending: the cloud says the activation is under way and the recipe
 * lets a unit pass meanwhile (cloud-api.md R27). A removable SIM is imported first, and never when the product already has it or when
 * an import of it is on record and may still be queued: importing is what costs money, and what a repetition does nobody has verified
 * (2.8.1). Only QA, by a rework, has it asked for again.
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
    const first = await ports.cloud.sim(recipe.productId, sim.iccid, call);
    if (first !== undefined || recipe.sim.form !== 'removable' || isImportQueued(sim.iccid, context)) {
      return settle(sim.iccid, first, { imported: false }, context);
    }
    // From here on the import may have taken effect, so the record must say so however the step ends.
    try {
      await ports.cloud.importSim(recipe.productId, sim.iccid, call);
    } catch (thrown) {
      const found = failureOf(thrown);
      return { ok: false, failure: found, evidence: { imported: !REFUSALS.includes(found.code) } };
    }
    try {
      const second = await ports.cloud.sim(recipe.productId, sim.iccid, call);
      return await settle(sim.iccid, second, { imported: true }, context);
    } catch (thrown) {
      return { ok: false, failure: failureOf(thrown), evidence: { imported: true } };
    }
  },
};

/** Whether the record tells of an import of this SIM into this product that the cloud may not have come to yet. */
function isImportQueued(
  iccid: Iccid,
  { ports, recipe, isRework }: Pick<StepContext, 'ports' | 'recipe' | 'isRework'>,
): boolean {
  if (isRework) return false;
  return ports.audit.findRuns({ text: iccid, limit: 20 }).some(({ begun, steps }) => {
    if (begun.recipe.productId !== recipe.productId || Date.now() - Date.parse(begun.at) > QUEUE_MS) return false;
    return steps.some(({ step, evidence }) => step === 'activate-sim' && evidence?.imported === true);
  });
}

type SimFacts = StepResult<Pick<Facts, 'simState'>>;

/** Watches the SIM and gives the verdict on it; what was imported is in the record either way. */
async function settle(
  iccid: Iccid,
  first: CloudSim | undefined,
  evidence: { readonly imported: boolean },
  context: StepContext,
): Promise<SimFacts> {
  const seen = await watch(iccid, first, context);
  const judged = judge(iccid, seen, context.recipe.sim.mayBePending);
  if (!judged.ok) return { ...judged, evidence };
  const learnt = {
    sim: judged.value,
    status: seen?.status ?? null,
    activations: seen?.activations ?? null,
    ...evidence,
  };
  return { ok: true, facts: { simState: judged.value }, learnt, evidence };
}

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
