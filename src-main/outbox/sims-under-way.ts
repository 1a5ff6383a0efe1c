import type { CloudStanding } from '../domain/cloud-work.ts';
import { parseIccid } from '../domain/iccid.ts';
import { claimOf, type SimClaim } from '../domain/sim-claim.ts';
import type { SimImports } from '../ports/sim-imports.ts';
import { inBackground, parts, type Round, unlessAboutOne } from './lane.ts';
import type { QueuedUnit } from './queued-unit.ts';
import { nextSimLookMs } from './sim-pauses.ts';

/** What was claimed for each unit. */
export type UnitClaims = ReadonlyMap<QueuedUnit, SimClaim>;

/** The claim of the station on the SIM of a unit; undefined where it has none. Asking for the unit brings an embedded SIM along (R22). */
export function claimOn({ work }: Pick<QueuedUnit, 'work'>, at: Date): SimClaim | undefined {
  if (work.sim === undefined) return undefined;
  const { iccid, form, activation } = work.sim;
  const how = form === 'embedded' ? 'pre-add' : 'import';
  return claimOf({ iccid, how, who: 'station', name: work.serialNumber ?? work.deviceId }, at, activation);
}

/**
 * Claims the embedded SIMs of units that are about to be asked for. A unit whose SIM a bulk job is importing waits until that SIM shows
 * in the product, or until it may be asked for again: it is left out of `free`, and looked after later and later.
 */
export async function claimWithUnits(
  units: readonly QueuedUnit[],
  round: Round,
): Promise<{ readonly free: readonly QueuedUnit[]; readonly claims: UnitClaims }> {
  const at = round.cloudTime();
  const claims = new Map<QueuedUnit, SimClaim>();
  for (const unit of units) {
    const claim = unit.work.sim?.form === 'embedded' ? claimOn(unit, at) : undefined;
    if (claim !== undefined) claims.set(unit, claim);
  }
  if (claims.size === 0) return { free: units, claims };
  const held = round.simImports.claim(round.productId, [...claims.values()]);
  const isHeld = ({ work }: QueuedUnit) => work.sim !== undefined && held.has(work.sim.iccid);
  const waiting = new Set(await stillUnderWay(units.filter(isHeld), round));
  for (const unit of waiting) holdBack(unit, held, round);
  for (const unit of units) if (isHeld(unit)) claims.delete(unit);
  return { free: units.filter((unit) => !waiting.has(unit)), claims };
}

/** A unit that has to wait for somebody else's import; the record says so once a start. */
export function holdBack(unit: QueuedUnit, held: ReadonlyMap<string, SimClaim>, round: Round): void {
  const { sim } = unit.work;
  const by = held.get(sim?.iccid ?? '');
  if (sim === undefined || by === undefined) return;
  if (unit.state === 'built')
    unit.membershipDueMs = performance.now() + nextSimLookMs(sim, unit.simHolds) / round.pace.speed;
  unit.simHolds += 1;
  if (unit.simHolds > 1 || unit.last.event !== undefined) return;
  const evidence = { iccid: by.iccid, importedBy: by.who, name: by.name, since: by.at };
  round.record([{ unit, step: unit.step(unit.state, round.cloudTime(), { evidence }) }]);
}

/**
 * Keeps what the audit log tells of imports that are not proven yet, for the bulk jobs on this data folder: the record of imports may
 * have been moved away, or be younger than they are.
 */
export function rememberImports(open: readonly CloudStanding[], simImports: SimImports): void {
  for (const [productId, standings] of Map.groupBy(open, ({ work }) => work.productId)) {
    const claims = standings.flatMap(({ work, last }) => {
      const askedAt = last.simImportAskedAt ?? work.simImportAskedAt;
      return askedAt === undefined || Number.isNaN(Date.parse(askedAt))
        ? []
        : (claimOn({ work }, new Date(askedAt)) ?? []);
    });
    if (claims.length > 0) simImports.remember(productId, claims);
  }
}

/** Those whose SIM the product does not show yet. One that it shows is no longer anybody's to import. */
async function stillUnderWay(units: readonly QueuedUnit[], round: Round): Promise<readonly QueuedUnit[]> {
  const absent: QueuedUnit[] = [];
  for (const part of parts(units, round.pace.parallelReads)) {
    const looks = part.map(async (unit) => {
      const iccid = parseIccid(unit.work.sim?.iccid ?? '');
      const read = iccid.ok ? round.cloud.sim(round.productId, iccid.value, inBackground(round)) : undefined;
      if (read === undefined || (await unlessAboutOne(read)) === undefined) absent.push(unit);
    });
    await Promise.all(looks);
  }
  return absent;
}
