import { groupNamesFor } from '../domain/cloud-policy.ts';
import type { CloudState, CloudWork } from '../domain/cloud-work.ts';
import type { RunBegun, StepRecord } from '../domain/run-record.ts';
import { parseSerialNumber } from '../domain/serial-number.ts';
import { slowestActivation } from '../domain/sim-rules.ts';
import { parseSku, type SkuRow, skuRow, skusBySerialNumber } from '../domain/sku.ts';
import type { Recipe } from '../firmware/recipe.ts';
import type { Facts } from '../procedure/facts.ts';

/**
 * What the cloud has to do for a unit that passed, as it goes into the record with the verdict; all of it, also what the run has done
 * already, so that the record tells of every unit how far the cloud is. Undefined for a run that lacks a fact, which never passes.
 */
export function cloudWorkOf(
  { runId, batch }: RunBegun,
  recipe: Recipe,
  facts: Partial<Facts>,
  more: {
    readonly at: string;
    /** The same by the cloud's clock, where that is known. */
    readonly cloudAt?: string | undefined;
    readonly carton: string | undefined;
    readonly steps: readonly StepRecord[];
  },
): CloudWork | undefined {
  const { identity, sim, membership, simState } = facts;
  if (identity === undefined || sim === undefined || membership === undefined || simState === undefined)
    return undefined;
  const { cloud, productId, productVersion } = recipe;
  const { deviceId, serialNumber } = identity;
  const groups = groupNamesFor(cloud, batch);
  const name = cloud.name === 'serial-number' ? serialNumber : undefined;
  const reached = reachedBy(membership, simState);
  const isDescribed = name === undefined && groups.length === 0;
  const importAsked = more.steps.find(({ step, evidence }) => step === 'activate-sim' && evidence?.imported === true);
  return {
    runId,
    at: more.at,
    productId,
    deviceId,
    batch,
    ...(more.carton === undefined ? {} : { carton: more.carton }),
    ...(serialNumber === undefined ? {} : { serialNumber }),
    ...(sim === 'no-sim-in-recipe' || recipe.sim.form === 'none'
      ? {}
      : { sim: { iccid: sim.iccid, form: recipe.sim.form, activation: activationOf(recipe, serialNumber) } }),
    ...(cloud.claimUser === undefined ? {} : { claimUser: cloud.claimUser }),
    ...(name === undefined ? {} : { name }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(cloud.online === undefined
      ? {}
      : {
          online: {
            productVersion,
            withinHours: cloud.online.withinHours,
            ...(more.cloudAt === undefined ? {} : { since: more.cloudAt }),
          },
        }),
    ...(importAsked === undefined ? {} : { simImportAskedAt: importAsked.startedAt }),
    reached,
    isDone: isDescribed && (reached === 'sim-active' || (reached === 'in-product' && sim === 'no-sim-in-recipe')),
  };
}

function reachedBy(membership: Facts['membership'], simState: Facts['simState']): CloudState {
  if (membership === 'later') return 'built';
  if (simState === 'active') return 'sim-active';
  return simState === 'pending' ? 'sim-pending' : 'in-product';
}

/** By the recipe's order numbers where it names any, else by the serial number; the slowest that it may be (cloud-api.md R26). */
function activationOf(recipe: Recipe, serialNumber: string | undefined): ReturnType<typeof slowestActivation> {
  const named = recipe.skus.map(parseSku).flatMap((sku): SkuRow[] => (sku.ok ? [skuRow(sku.value)] : []));
  if (named.length > 0) return slowestActivation(named);
  const serial = parseSerialNumber(serialNumber ?? '');
  return slowestActivation(serial.ok ? skusBySerialNumber(serial.value).map(skuRow) : []);
}
