import { type Result, refuse } from './domain/failure.ts';
import type { Platform } from './domain/platform.ts';
import { type CloudFault, parseCloudFault } from './virtual/cloud/cloud-faults.ts';
import { CLOUD_ENDPOINTS } from './virtual/cloud/routes.ts';
import { FAULT_NAMES, type Fault, parseFault } from './virtual/unit/faults.ts';

/** Faults as the command line gives them, sorted by whom they befall. */
export type LineFaults = {
  readonly units: ReadonlyMap<string, readonly Fault[]>;
  readonly cloud: readonly CloudFault[];
};

/** Reads `2:no-sim`, `boron:unplug-at-byte=20000`, `cloud:rate-limited*1`. Refuses with `request/invalid`, naming what there is. */
export function readFaults(
  texts: readonly string[],
  slots: readonly { readonly slot: string; readonly platform: Platform }[],
): Result<LineFaults> {
  const units = new Map<string, readonly Fault[]>();
  const cloud: CloudFault[] = [];
  for (const text of texts) {
    const [where = '', ...rest] = text.split(':');
    const name = rest.join(':');
    if (where === 'cloud') {
      const fault = parseCloudFault(name, CLOUD_ENDPOINTS);
      if (!fault.ok) return fault;
      cloud.push(fault.value);
      continue;
    }
    const fault = parseFault(name);
    const hit = slots.filter(({ slot, platform }) => slot === where || platform.name === where);
    if (fault === undefined || hit.length === 0) {
      const why =
        hit.length === 0 ? `no slot or platform "${where}" is on this line` : `faults are ${FAULT_NAMES.join(', ')}`;
      return refuse('request/invalid', `"${text}" is no fault of this line: ${why}.`);
    }
    for (const { slot } of hit) units.set(slot, [...(units.get(slot) ?? []), fault]);
  }
  return { ok: true, value: { units, cloud } };
}
