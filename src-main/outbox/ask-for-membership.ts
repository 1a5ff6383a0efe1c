import type { CloudStep } from '../domain/cloud-work.ts';
import { type DeviceId, parseDeviceId } from '../domain/device-id.ts';
import { type Failure, failure, StationError } from '../domain/failure.ts';
import { isSurelyNotTaken } from '../domain/sim-claim.ts';
import type { ImportVerdict } from '../ports/cloud.ts';
import { earliest, inBackground, parts, type Round } from './lane.ts';
import { notProven, stepOfMember } from './membership-proof.ts';
import type { QueuedUnit } from './queued-unit.ts';
import { leaveToOthersMs } from './sim-pauses.ts';
import { claimWithUnits, type UnitClaims } from './sims-under-way.ts';

/**
 * Asks for units that are not in the product yet, many in one request (cloud-api.md 2.2). Room that is left is used to ask once more
 * for units whose first answer was "added": "was there before" is their proof, at no request of its own. Resolves with the time at
 * which something is due again. Rejects when the cloud could not be asked at all.
 */
export async function askForMembership(units: readonly QueuedUnit[], round: Round): Promise<number> {
  const { pace, nowMs, limit } = round;
  const fresh = units.filter(({ state, askedAtMs }) => state === 'built' && askedAtMs === undefined);
  const due = fresh.filter(({ membershipDueMs }) => membershipDueMs <= nowMs);
  const gathered = earliest(due.map(({ sinceMs }) => sinceMs + pace.gatherMs));
  if (due.length < limit.chunk && gathered > nowMs) {
    return Math.min(gathered, laterMs(fresh, nowMs));
  }
  const { free, claims } = await claimWithUnits(due, round);
  if (free.length > 0) round.takt.asked(nowMs);
  for (const [claimUser, group] of Map.groupBy(free, ({ work }) => work.claimUser)) {
    for (const part of parts(group, limit.chunk)) {
      const waiting = units.filter((unit) => unit.askedAtMs !== undefined && unit.state === 'built');
      const along = waiting.filter(({ work }) => work.claimUser === undefined).slice(0, limit.chunk - part.length);
      await ask([...part, ...(claimUser === undefined ? along : [])], claimUser, claims, round);
    }
  }
  return laterMs(fresh, nowMs);
}

function laterMs(units: readonly QueuedUnit[], nowMs: number): number {
  return earliest(units.map(({ membershipDueMs }) => membershipDueMs).filter((dueMs) => dueMs > nowMs));
}

/** One request; what it is told about each unit moves that unit and no other. */
async function ask(
  units: readonly QueuedUnit[],
  claimUser: string | undefined,
  claims: UnitClaims,
  round: Round,
): Promise<void> {
  const identifiers = units.map(({ deviceId }) => deviceId);
  let verdicts: ReadonlyMap<string, ImportVerdict>;
  try {
    const order = { identifiers, importSims: true, ...(claimUser === undefined ? {} : { claimUser }) };
    verdicts = await round.cloud.addDevices(round.productId, order, inBackground(round));
  } catch (thrown) {
    const isRefused = thrown instanceof StationError && thrown.code === 'cloud/refused';
    if (thrown instanceof StationError && !isRefused && isSurelyNotTaken(thrown.code)) giveBack(units, claims, round);
    if (!isRefused) throw thrown;
    const [only] = units;
    if (units.length === 1 && only !== undefined) {
      giveBack(units, claims, round);
      refused(only, thrown.toFailure(), round);
      return;
    }
    // Too many for the cloud, which it takes no more of from now on, or one among them that it cannot read: in halves, down to the one.
    const half = Math.ceil(units.length / 2);
    if (thrown.evidence?.status === 413) round.limit.chunk = Math.min(round.limit.chunk, half);
    for (const part of parts(units, half)) await ask(part, claimUser, claims, round);
    return;
  }
  const answeredMs = performance.now();
  const steps: { unit: QueuedUnit; step: CloudStep }[] = [];
  for (const unit of units) {
    const verdict = verdicts.get(unit.deviceId);
    if (verdict?.kind === 'added') {
      unit.askedAtMs = answeredMs;
      unit.membershipDueMs = unit.askedAtMs + round.takt.proveWithinMs(round.pace);
    } else if (verdict?.kind === 'already-member') {
      if (unit.askedAtMs === undefined) unit.mayImportAtMs = answeredMs + leaveToOthersMs(round.pace);
      unit.askedAtMs ??= answeredMs;
      // Who owns it is not in this answer.
      if (unit.work.claimUser === undefined) {
        steps.push({ unit, step: stepOfMember(unit, round, 'already-member', answeredMs) });
      }
    } else if (verdict?.kind !== 'refused' || verdict.code === 'cloud/bad-answer') {
      notProven(unit, round);
    } else {
      const step = await stepOfRefused(unit, verdict, round);
      if (step?.state === 'rejected') giveBack([unit], claims, round);
      if (step !== undefined) steps.push({ unit, step });
    }
  }
  round.record(steps);
}

/**
 * The cloud does not say why it does not take a unit (trap 3), so the unit is looked for before it is called rejected: one that is in
 * the product is where it should be.
 */
async function stepOfRefused(
  unit: QueuedUnit,
  verdict: Extract<ImportVerdict, { kind: 'refused' }>,
  round: Round,
): Promise<CloudStep | undefined> {
  const device = await round.cloud.device(round.productId, deviceIdOf(unit), inBackground(round));
  if (device !== undefined && !device.quarantined && !device.denied) {
    const answeredMs = performance.now();
    unit.askedAtMs ??= answeredMs;
    return unit.work.claimUser === undefined ? stepOfMember(unit, round, 'read back', answeredMs) : undefined;
  }
  const detail = `Product ${round.productId} did not take ${unit.deviceId}: ${verdict.detail}.`;
  return unit.step('rejected', round.cloudTime(), {
    isDone: true,
    failure: failure(verdict.code, detail, { array: verdict.array }),
  });
}

/** The cloud has surely not taken these units, so their SIMs did not come along either. */
function giveBack(units: readonly QueuedUnit[], claims: UnitClaims, { simImports, productId }: Round): void {
  simImports.giveBack(
    productId,
    units.flatMap((unit) => claims.get(unit) ?? []),
  );
}

/** A refusal that says nothing of the unit may be a moment's fault; only one that stays is a verdict. */
function refused(unit: QueuedUnit, why: Failure, round: Round): void {
  unit.refusals += 1;
  if (unit.refusals < REFUSALS_THAT_COUNT) {
    notProven(unit, round);
    return;
  }
  round.record([{ unit, step: unit.step('rejected', round.cloudTime(), { isDone: true, failure: why }) }]);
}

const REFUSALS_THAT_COUNT = 3;

/** The record holds only device IDs that were parsed; one that was tampered with must not reach a URL. */
export function deviceIdOf(unit: QueuedUnit): DeviceId {
  const parsed = parseDeviceId(unit.deviceId);
  if (parsed.ok) return parsed.value;
  throw new StationError('audit/damaged', `The cloud work of run ${unit.work.runId} names no device ID.`);
}
