import { type Failure, failure, failureOf, type Result } from '../../domain/failure.ts';
import type { Iccid } from '../../domain/iccid.ts';
import {
  claimOf,
  importQueueMs,
  isRemovableHeldBy,
  isSurelyNotTaken,
  type SimClaim,
  sayClaim,
} from '../../domain/sim-claim.ts';
import type { CloudSim } from '../../ports/cloud.ts';
import type { Facts } from '../facts.ts';
import { callTimeMs, mayFinishLater } from '../finish-later.ts';
import type { Step, StepContext, StepResult } from '../procedure.ts';
import { simImportOnRecord } from '../sim-import-on-record.ts';

/** Pauses between looks at a SIM whose activation is under way; the last one repeats. There is no event for it (cloud-api.md 2.8). */
const LOOKS_MS = [300, 700, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 2000];

/**
 * Leaves this step only with a SIM that is active, or knowingly pending: the cloud says the activation is under way and the recipe
 * lets a unit pass meanwhile (cloud-api.md R27). A removable SIM is imported first, and never when the product already has it or when
 * an import of it is on record and may still be queued, by this station or by a bulk job on its data folder: importing is what costs
 * money, and what a repetition does nobody has verified (2.8.1). Only QA, by a rework, has one of this station asked for again.
 */
export const activateSim: Step<'identity' | 'sim' | 'membership' | 'cloudUntilMs', 'simState'> = {
  id: 'activate-sim',
  title: 'Activate SIM',
  needs: ['identity', 'sim', 'membership', 'cloudUntilMs'],
  gives: ['simState'],
  timeoutMs: 180_000,
  silenceIs: 'cloud/timeout',
  run: async ({ identity, sim, membership, cloudUntilMs }, context) => {
    if (sim === 'no-sim-in-recipe') return { ok: true, facts: { simState: sim }, learnt: { sim: 'none in recipe' } };
    if (membership === 'later') return { ok: true, facts: { simState: 'later' }, learnt: { sim: 'later' } };
    let result: SimFacts;
    try {
      result = await activate(sim.iccid, identity, cloudUntilMs, context);
    } catch (thrown) {
      result = { ok: false, failure: failureOf(thrown) };
    }
    return context.signal.aborted ? result : orLater(result, context);
  },
};

/** The unit is in the product; what is not known of its SIM yet is found out later, where the recipe allows it. */
function orLater(result: SimFacts, { recipe }: StepContext): SimFacts {
  if (result.ok) return result;
  const { failure: found, evidence } = result;
  const { code, detail } = found;
  const isPending = code === 'sim/pending' && recipe.cloud.finishLater && recipe.sim.mayBePending;
  if (!isPending && !mayFinishLater(recipe.cloud, found)) return result;
  return {
    ok: true,
    facts: { simState: 'later' },
    learnt: { sim: 'later', why: code },
    evidence: { ...evidence, code, detail },
  };
}

async function activate(
  iccid: Iccid,
  identity: Facts['identity'],
  cloudUntilMs: number,
  context: StepContext,
): Promise<SimFacts> {
  const { recipe, ports, signal, cloudTime } = context;
  const call = () => ({ signal, timeoutMs: callTimeMs(recipe.cloud, cloudUntilMs) });
  const first = await ports.cloud.sim(recipe.productId, iccid, call());
  if (first !== undefined || recipe.sim.form !== 'removable' || isImportQueued(iccid, context)) {
    return settle(iccid, first, { imported: false }, cloudUntilMs, context);
  }
  const name = identity.serialNumber ?? identity.deviceId;
  const claim = claimOf({ iccid, how: 'import', who: 'station', name }, cloudTime?.() ?? new Date());
  const held = claimImport(claim, context);
  if (held !== undefined) {
    const result = await settle(iccid, undefined, { imported: false }, cloudUntilMs, context);
    if (result.ok || result.failure.code !== 'sim/not-in-product') return result;
    return { ...result, failure: failure('sim/not-in-product', sayClaim(held)) };
  }
  // From here on the import may have taken effect, so the record must say so however the step ends.
  let unsure: Failure | undefined;
  try {
    await ports.cloud.importSim(recipe.productId, iccid, call());
  } catch (thrown) {
    unsure = failureOf(thrown);
    if (isSurelyNotTaken(unsure.code)) {
      ports.simImports.giveBack(recipe.productId, [claim]);
      return { ok: false, failure: unsure, evidence: { imported: false } };
    }
    if (signal.aborted) return { ok: false, failure: unsure, evidence: { imported: true } };
  }
  try {
    const second = await ports.cloud.sim(recipe.productId, iccid, call());
    // The answer was lost, and the SIM is not there: whether it was taken will show, and it is not asked for again.
    if (unsure !== undefined && second === undefined)
      return { ok: false, failure: unsure, evidence: { imported: true } };
    return await settle(iccid, second, { imported: true }, cloudUntilMs, context);
  } catch (thrown) {
    return { ok: false, failure: failureOf(thrown), evidence: { imported: true } };
  }
}

/** Whether the record tells of an import of this SIM into this product that the cloud may not have come to yet. */
function isImportQueued(
  iccid: Iccid,
  { ports, recipe, isRework }: Pick<StepContext, 'ports' | 'recipe' | 'isRework'>,
): boolean {
  if (isRework) return false;
  const asked = simImportOnRecord(ports.audit, iccid, recipe.productId);
  return asked !== undefined && Date.now() - Date.parse(asked) <= importQueueMs();
}

/** Makes the import this station's, on disk; or answers whose it is. A rework asks again for what this station has asked for. */
function claimImport(claim: SimClaim, { ports, recipe, isRework }: StepContext): SimClaim | undefined {
  const isHeld = (earlier: SimClaim, wanted: SimClaim) =>
    isRemovableHeldBy(earlier, wanted) && !(isRework && earlier.who === 'station');
  return ports.simImports.claim(recipe.productId, [claim], isHeld).get(claim.iccid);
}

type SimFacts = StepResult<Pick<Facts, 'simState'>>;

/** Watches the SIM and gives the verdict on it; what was imported is in the record either way. */
async function settle(
  iccid: Iccid,
  first: CloudSim | undefined,
  evidence: { readonly imported: boolean },
  cloudUntilMs: number,
  context: StepContext,
): Promise<SimFacts> {
  const seen = await watch(iccid, first, cloudUntilMs, context);
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

/** Looks again while the activation is under way, for at most the recipe's waiting times. */
async function watch(
  iccid: Iccid,
  first: CloudSim | undefined,
  cloudUntilMs: number,
  context: StepContext,
): Promise<CloudSim | undefined> {
  const { recipe, ports, signal, sleep } = context;
  const isTimeUp = () => recipe.cloud.finishLater && performance.now() >= cloudUntilMs;
  let seen = first;
  let waitedMs = 0;
  for (let look = 0; isUnsettled(seen) && waitedMs < recipe.sim.waitMs && !isTimeUp(); look += 1) {
    const pause = Math.min(LOOKS_MS[look] ?? LOOKS_MS.at(-1) ?? 2000, recipe.sim.waitMs - waitedMs);
    await sleep(pause);
    waitedMs += pause;
    seen = await ports.cloud.sim(recipe.productId, iccid, {
      signal,
      timeoutMs: callTimeMs(recipe.cloud, cloudUntilMs),
    });
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
