import type { CloudComparison, CloudDifference, ComparedUnit } from '../domain/cloud-comparison.ts';
import type { CloudStanding, CloudWork } from '../domain/cloud-work.ts';
import type { BulkCloud, CloudDevice, CloudSim } from '../ports/cloud.ts';
import { type ProductAsRead, readProduct } from './read-product.ts';

/**
 * Holds the record of units against what their products show now. Changes nothing. What else is in a product is none of this station's
 * business: other stations build for it too. Rejects when the cloud cannot be asked.
 */
export async function compareWithCloud(
  standings: readonly CloudStanding[],
  setting: { readonly cloud: BulkCloud; readonly signal: AbortSignal },
): Promise<CloudComparison> {
  const at = new Date().toISOString();
  // A device that was built again is what its last run made it.
  const units = [...new Map(standings.map((standing) => [standing.work.deviceId, standing])).values()];
  const products = new Map<number, ProductAsRead>();
  for (const [productId, part] of Map.groupBy(units, ({ work }) => work.productId)) {
    const works = part.map(({ work }) => work);
    products.set(productId, await readProduct(productId, works, setting));
  }
  const compared = units.map((unit) => compare(unit, products.get(unit.work.productId) ?? NOTHING));
  return {
    at,
    units: compared.length,
    live: compared.filter(({ isLive }) => isLive).length,
    agree: compared.filter(({ differences }) => differences.length === 0).length,
    open: compared.filter(({ isDone }) => !isDone).length,
    compared,
  };
}

/** The runs that may be done anew because of what a check found. */
export function worthAskingAgain({ compared }: CloudComparison): readonly string[] {
  const hasReason = ({ differences }: ComparedUnit) => differences.some(({ kind }) => kind !== 'not-told');
  return compared.filter((unit) => unit.isDone && hasReason(unit)).map(({ runId }) => runId);
}

const NOTHING: ProductAsRead = { devices: new Map(), sims: new Map() };

function compare({ work, last }: CloudStanding, { devices, sims }: ProductAsRead): ComparedUnit {
  const { runId, deviceId, serialNumber, batch, carton, productId } = work;
  const device = devices.get(deviceId);
  const sim = work.sim === undefined ? undefined : sims.get(work.sim.iccid);
  const isMember = device !== undefined && device !== 'not told' && !device.quarantined && !device.denied;
  const isLive = isMember && (work.sim === undefined || isActive(sim));
  const unit = {
    runId,
    deviceId,
    ...(serialNumber === undefined ? {} : { serialNumber }),
    batch,
    ...(carton === undefined ? {} : { carton }),
    productId,
    record: last.state,
    isDone: last.isDone,
    isLive,
  };
  if (device === 'not told' || sim === 'not told') {
    return { ...unit, differences: [{ kind: 'not-told', says: 'The cloud gave no usable answer about it.' }] };
  }
  const differences =
    last.state === 'rejected'
      ? isLive
        ? [difference('not-rejected', 'it was rejected', 'it is in the product, and its SIM is live')]
        : []
      : [...membershipOf(work, last.state, device), ...simOf(work, last.state, sim)];
  return { ...unit, cloud: stateOf(work, isMember, sim), differences };
}

function stateOf(work: CloudWork, isMember: boolean, sim: CloudSim | undefined): NonNullable<ComparedUnit['cloud']> {
  if (!isMember) return 'built';
  if (work.sim === undefined || sim === undefined) return 'in-product';
  return isActive(sim) ? 'sim-active' : 'sim-pending';
}

/** What was never claimed to be done is no difference: the outbox is at it. */
function membershipOf(
  work: CloudWork,
  state: CloudStanding['last']['state'],
  device: CloudDevice | undefined,
): readonly CloudDifference[] {
  if (state === 'built') return [];
  const record = `it is in product ${work.productId}`;
  if (device === undefined) return [difference('missing', record, 'the product does not have it')];
  if (device.denied) return [difference('denied', record, 'the product has denied it')];
  if (device.quarantined) return [difference('quarantined', record, 'it is in quarantine')];
  const { name, claimUser } = work;
  return [
    ...(name === undefined || device.name === name
      ? []
      : [difference('name', `its name is ${name}`, named('its name', device.name))]),
    ...(claimUser === undefined || device.owner?.toLowerCase() === claimUser.toLowerCase()
      ? []
      : [difference('owner', `its owner is ${claimUser}`, named('its owner', device.owner))]),
  ];
}

function simOf(
  { sim: wanted }: CloudWork,
  state: CloudStanding['last']['state'],
  sim: CloudSim | undefined,
): readonly CloudDifference[] {
  if (wanted === undefined || state !== 'sim-active') return [];
  const record = `SIM ${wanted.iccid} is active`;
  if (sim === undefined) return [difference('sim-missing', record, 'the product does not have the SIM')];
  return isActive(sim) ? [] : [difference('sim-not-active', record, `it is ${sim.status}`)];
}

function isActive(sim: CloudSim | 'not told' | undefined): boolean {
  return sim !== undefined && sim !== 'not told' && sim.state === 'active';
}

function named(what: string, value: string | undefined): string {
  return value === undefined ? `${what} is not set` : `${what} is ${value}`;
}

function difference(kind: CloudDifference['kind'], record: string, cloud: string): CloudDifference {
  return { kind, says: `The record says that ${record}; the cloud says that ${cloud}.` };
}
