import { type Failure, StationError } from '../domain/failure.ts';
import { deviceIdOf } from './ask-for-membership.ts';
import { inBackground, parts, type Round } from './lane.ts';
import type { QueuedUnit } from './queued-unit.ts';

/**
 * Gives units that are in the product the name and the groups that their recipe wants, once per unit and start; the same again changes
 * nothing (cloud-api.md 2.5). Resolves with the time at which something is due again: at once, or never.
 */
export async function describeUnits(units: readonly QueuedUnit[], round: Round): Promise<number> {
  const due = units.filter((unit) => !unit.isDescribed && unit.state !== 'built' && unit.state !== 'rejected');
  for (const part of parts(due, round.pace.parallelReads)) {
    const refusals = await Promise.all(part.map((unit) => describe(unit, round)));
    const at = round.cloudTime();
    round.record(
      part.flatMap((unit, index) => {
        const refusal = refusals[index];
        if (refusal !== undefined) return { unit, step: unit.step('rejected', at, { isDone: true, failure: refusal }) };
        const isLast = unit.state === 'sim-active' || unit.work.sim === undefined;
        return isLast ? { unit, step: unit.step(unit.state, at, { isDone: true }) } : [];
      }),
    );
  }
  return Number.POSITIVE_INFINITY;
}

/** Resolves with the cloud's refusal of this one unit's name or groups, if it has one. */
async function describe(unit: QueuedUnit, round: Round): Promise<Failure | undefined> {
  const { name, groups } = unit.work;
  const description = { ...(name === undefined ? {} : { name }), ...(groups === undefined ? {} : { groups }) };
  try {
    await round.cloud.describeDevice(round.productId, deviceIdOf(unit), description, inBackground(round));
  } catch (thrown) {
    if (!(thrown instanceof StationError) || thrown.code !== 'cloud/refused') throw thrown;
    return thrown.toFailure();
  }
  unit.isDescribed = true;
  return undefined;
}
