import type { CloudStep, WorkSim } from '../domain/cloud-work.ts';
import { failure, failureOf, StationError } from '../domain/failure.ts';
import { type Iccid, parseIccid } from '../domain/iccid.ts';
import { importQueueMs, isRemovableHeldBy, isSurelyNotTaken, type SimClaim } from '../domain/sim-claim.ts';
import { isPendingTooLong } from '../domain/sim-rules.ts';
import type { CloudSim } from '../ports/cloud.ts';
import { simImportOnRecord } from '../procedure/sim-import-on-record.ts';
import { earliest, inBackground, parts, type Round, unlessAboutOne } from './lane.ts';
import type { QueuedUnit } from './queued-unit.ts';
import { firstSimLookMs, nextSimLookMs } from './sim-pauses.ts';
import { claimOn, holdBack, type UnitClaims } from './sims-under-way.ts';

type Watched = { readonly unit: QueuedUnit; readonly sim: WorkSim; readonly iccid: Iccid };

/**
 * Looks at the SIMs of units that are in the product, each when its class says that it may be active, and asks for the import of
 * removable ones that the product does not have. A SIM that is pending never fails a unit (cloud-api.md R27); past the limit of its
 * class somebody is told. Resolves with the time at which the next look is due.
 */
export async function watchSims(units: readonly QueuedUnit[], round: Round): Promise<number> {
  const waiting = units.flatMap(watched);
  const due = waiting.filter(({ unit }) => unit.simDueMs <= round.nowMs);
  if (due.length > 0) {
    const found = await look(due, round);
    const lookedMs = performance.now();
    const steps = due.flatMap((one) => judge(one, found.get(one.iccid), lookedMs, round));
    round.record(steps);
    await importAbsent(
      due.filter(({ unit, sim }) => unit.isSimAbsent && sim.form === 'removable' && unit.mayImportAtMs <= lookedMs),
      round,
    );
  }
  return earliest(waiting.filter(({ unit }) => !unit.last.isDone).map(({ unit }) => unit.simDueMs));
}

function watched(unit: QueuedUnit): readonly Watched[] {
  const { sim } = unit.work;
  if (sim === undefined || (unit.state !== 'in-product' && unit.state !== 'sim-pending')) return [];
  const iccid = parseIccid(sim.iccid);
  if (iccid.ok) return [{ unit, sim, iccid: iccid.value }];
  throw new StationError('audit/damaged', `The cloud work of run ${unit.work.runId} names no ICCID.`);
}

/** One by one, or by the pages of the product's list when these are fewer. */
async function look(due: readonly Watched[], round: Round): Promise<ReadonlyMap<string, CloudSim>> {
  const found = new Map<string, CloudSim>();
  if (due.length > FEW && (round.pages.sims ?? 1) < due.length) {
    const wanted = new Set<string>(due.map(({ iccid }) => iccid));
    for (let page = 1, pages = 1; page <= pages && found.size < wanted.size; page += 1) {
      const query = { page, perPage: round.pace.perPage };
      const { rows, totalPages } = await round.cloud.listSims(round.productId, query, inBackground(round));
      pages = totalPages;
      round.pages.sims = totalPages;
      for (const sim of rows) if (wanted.has(sim.iccid)) found.set(sim.iccid, sim);
    }
    return found;
  }
  for (const part of parts(due, round.pace.parallelReads)) {
    const sims = await Promise.all(
      part.map(({ iccid }) => unlessAboutOne(round.cloud.sim(round.productId, iccid, inBackground(round)))),
    );
    for (const sim of sims) if (sim !== undefined) found.set(sim.iccid, sim);
  }
  return found;
}

/** Below this many the list is not even tried. */
const FEW = 10;

/** What a look means for the unit; nothing to record while nothing new is known. */
function judge(
  { unit, sim, iccid }: Watched,
  seen: CloudSim | undefined,
  lookedMs: number,
  round: Round,
): readonly { readonly unit: QueuedUnit; readonly step: CloudStep }[] {
  const at = round.cloudTime();
  unit.simLooks += 1;
  unit.simDueMs = lookedMs + nextSimLookMs(sim, unit.simLooks) / round.pace.speed;
  unit.isSimAbsent = seen === undefined;
  const evidence = { iccid, status: seen?.status ?? null, activations: seen?.activations ?? null };
  switch (seen?.state) {
    case 'active':
      return [{ unit, step: unit.step('sim-active', at, { isDone: unit.isDescribed, evidence }) }];
    case 'inactive': {
      const why = failure('sim/inactive', `SIM ${iccid} is ${seen.status}.`, evidence);
      return [{ unit, step: unit.step('rejected', at, { isDone: true, failure: why }) }];
    }
    case 'failed': {
      const why = failure('sim/activation-failed', `The activation of SIM ${iccid} failed.`, evidence);
      return [{ unit, step: unit.step('rejected', at, { isDone: true, failure: why }) }];
    }
    default:
      return pending({ unit, sim, iccid }, at, seen, evidence);
  }
}

function pending(
  { unit, sim, iccid }: Watched,
  at: Date,
  seen: CloudSim | undefined,
  evidence: { readonly iccid: string; readonly status: string | null },
): readonly { readonly unit: QueuedUnit; readonly step: CloudStep }[] {
  const since = unit.last.simSince ?? at.toISOString();
  const isOverdue = isPendingTooLong(sim.activation, at.getTime() - Date.parse(since), seen?.status);
  const state = seen === undefined ? unit.state : 'sim-pending';
  if (isOverdue && unit.last.event !== 'sim-overdue') {
    const how = seen === undefined ? 'is not in the product' : `is ${seen.status}`;
    const why = failure('sim/overdue', `SIM ${iccid} ${how}, since ${since}.`, evidence);
    return [{ unit, step: unit.step(state, at, { event: 'sim-overdue', failure: why, evidence, simSince: since }) }];
  }
  if (state === unit.state) return [];
  return [{ unit, step: unit.step(state, at, { evidence, simSince: since }) }];
}

/**
 * Imports what is not there, and was not asked for within the time that an import may be queued, neither by this station nor by a bulk
 * job on its data folder. That it is asked for is on record before the request goes out, first in the record that both share: a kill in
 * between costs waiting, never a second import.
 */
async function importAbsent(absent: readonly Watched[], round: Round): Promise<void> {
  const wanted = absent.filter((one) => !isQueued(one, round));
  for (const part of parts(wanted, round.limit.chunk)) await importPart(part, round);
}

async function importPart(absent: readonly Watched[], round: Round): Promise<void> {
  const at = round.cloudTime();
  const claims = claimAll(absent, at, round);
  const part = absent.filter(({ unit }) => claims.has(unit));
  if (part.length === 0) return;
  const simImportAskedAt = at.toISOString();
  round.record(part.map(({ unit }) => ({ unit, step: unit.step(unit.state, at, { simImportAskedAt }) })));
  const askedMs = performance.now();
  for (const { unit, sim } of part) {
    unit.simLooks = 0;
    unit.simDueMs = askedMs + firstSimLookMs({ ...sim, form: 'embedded' }) / round.pace.speed;
  }
  try {
    const iccids = part.map(({ iccid }) => iccid);
    await round.cloud.importSims(round.productId, iccids, inBackground(round));
  } catch (thrown) {
    const why = failureOf(thrown);
    if (isSurelyNotTaken(why.code)) takeBack(part, claims, round);
    if (why.code !== 'cloud/refused') throw thrown;
    // One among them that the cloud cannot read: in halves, down to the one.
    const [only] = part;
    if (part.length === 1 && only !== undefined) {
      round.record([{ unit: only.unit, step: only.unit.step('rejected', at, { isDone: true, failure: why }) }]);
      return;
    }
    for (const half of parts(part, Math.ceil(part.length / 2))) await importPart(half, round);
  }
}

/** What is this station's to import now; a unit whose SIM somebody else is importing waits for its next look. */
function claimAll(absent: readonly Watched[], at: Date, round: Round): UnitClaims {
  const claims = new Map<QueuedUnit, SimClaim>();
  for (const { unit } of absent) {
    const claim = claimOn(unit, at);
    if (claim !== undefined) claims.set(unit, claim);
  }
  const held = round.simImports.claim(round.productId, [...claims.values()], isRemovableHeldBy);
  for (const { unit, iccid } of absent) {
    if (!held.has(iccid)) continue;
    claims.delete(unit);
    holdBack(unit, held, round);
  }
  return claims;
}

/** The cloud has said that it did not take the import, so it may be asked for again. */
function takeBack(part: readonly Watched[], claims: UnitClaims, round: Round): void {
  const at = round.cloudTime();
  round.record(
    part.map(({ unit }) => {
      const { simImportAskedAt: _, ...step } = unit.step(unit.state, at);
      return { unit, step };
    }),
  );
  round.simImports.giveBack(round.productId, [...claims.values()]);
  for (const { unit } of part) unit.simDueMs = 0;
}

function isQueued({ unit, sim, iccid }: Watched, round: Round): boolean {
  const asked = unit.simImportAskedAt ?? simImportOnRecord(round.audit, iccid, round.productId);
  return asked !== undefined && round.cloudTime().getTime() - Date.parse(asked) < importQueueMs(sim.activation);
}
