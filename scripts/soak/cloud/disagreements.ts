import { openAuditLogReadOnly } from '../../../src-main/adapters/audit/audit-log.sqlite.ts';
import type { RunRecord } from '../../../src-main/domain/run-record.ts';
import type { VirtualCloud } from '../../../src-main/virtual/cloud/virtual-cloud.ts';

/** One unit about which a station and the cloud do not agree, or whose record is not what it must be. */
export type Disagreement = { readonly deviceId: string; readonly what: string };

/**
 * What is wrong between one station's record and the cloud after everything was drained: a green unit that the cloud does not have, with
 * a live SIM of one activation and one import at most; a unit in the product that is not green; a stranger's unit that is green; work
 * that is open; a record that is not intact. `green`: the device IDs of the units that are.
 */
export function disagreements(
  data: string,
  cloud: Pick<VirtualCloud, 'state'>,
  strange: ReadonlySet<string>,
): { readonly green: readonly string[]; readonly found: readonly Disagreement[] } {
  const audit = openAuditLogReadOnly(data);
  try {
    const green: string[] = [];
    const found: Disagreement[] = [];
    const verdict = audit.verify();
    if (!verdict.intact) found.push({ deviceId: '-', what: `the record in ${data} is not intact` });
    for (const { work, last } of audit.openCloudWork()) {
      found.push({ deviceId: work.deviceId, what: `its cloud work is still open (${last.state})` });
    }
    const runs = Map.groupBy(audit.findRuns({}), ({ begun, ended }) => ended?.unit.deviceId ?? `run ${begun.runId}`);
    for (const [deviceId, itsRuns] of runs) {
      if (deviceId.startsWith('run ')) continue; // cut off before the unit said who it is
      const isGreen = itsRuns.some(isGreenRun);
      if (isGreen) green.push(deviceId);
      for (const what of wrongWith(deviceId, isGreen, cloud, strange)) found.push({ deviceId, what });
    }
    return { green, found };
  } finally {
    audit.close();
  }
}

/** A pass that the cloud rejected later is none. */
function isGreenRun({ ended, cloud }: RunRecord): boolean {
  return ended?.outcome === 'PASS' && cloud?.last.state !== 'rejected';
}

function wrongWith(
  deviceId: string,
  isGreen: boolean,
  { state }: Pick<VirtualCloud, 'state'>,
  strange: ReadonlySet<string>,
): readonly string[] {
  const device = state.devices.get(deviceId);
  const sim = device?.iccid === undefined ? undefined : state.sims.get(device.iccid);
  const isIn = device?.productId !== undefined && !strange.has(deviceId);
  const found: string[] = [];
  if (isGreen && strange.has(deviceId)) found.push('it is green and belongs to another product');
  if (isGreen && !isIn) found.push('it is green and the cloud does not have it');
  if (!isGreen && isIn) found.push('it is in the product and not green');
  if (sim === undefined || !isIn) return found;
  const isActive = sim.status === 'active' || sim.change?.to === 'active';
  if (isGreen && !isActive) found.push(`it is green and its SIM is ${sim.status}`);
  if (sim.activations > 1) found.push(`its SIM was activated ${sim.activations} times`);
  if (sim.imports > 1) found.push(`its SIM was imported ${sim.imports} times`);
  return found;
}
