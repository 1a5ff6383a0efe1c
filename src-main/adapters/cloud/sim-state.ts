import * as z from 'zod';
import type { Iccid } from '../../domain/iccid.ts';
import { parseIccid } from '../../domain/iccid.ts';
import type { CloudSim } from '../../ports/cloud.ts';
import { boundedText } from './checked-answer.ts';

/** A SIM as the product route gives it (cloud-api.md 2.8.3). The key is `_id`; the SDK's `iccid` is wrong (0.2 trap 6). */
export const simAnswer = z.looseObject({
  _id: z.string().transform((text, context): Iccid => {
    const iccid = parseIccid(text.trim());
    if (iccid.ok) return iccid.value;
    context.addIssue('no ICCID');
    return z.NEVER;
  }),
  status: boundedText(80),
  activations_count: z.number().nullish(),
  last_status_change_action: z.string().nullish(),
  last_status_change_action_error: z.union([z.string(), z.boolean()]).nullish(),
  state_change_in_progress: z.boolean().nullish(),
  product_id: z.number().nullish(),
  last_device_id: boundedText(40).nullish(),
});

/** The answer as the port tells it. */
export function cloudSimOf(sim: z.infer<typeof simAnswer>): CloudSim {
  return {
    iccid: sim._id,
    state: simStateOf(sim),
    status: sim.status,
    activations: sim.activations_count ?? undefined,
    deviceId: sim.last_device_id?.trim().toLowerCase() || undefined,
  };
}

/**
 * The SIM's state in our words (2.8.3). A SIM on its way out of service is never called active, even while its status
 * still is; a status this table does not know is `unknown`, never active.
 */
function simStateOf(sim: z.infer<typeof simAnswer>): CloudSim['state'] {
  const status = sim.status.trim().toLowerCase();
  // A SIM that never was active can only be on its way to it; of any other, the cloud must say where it is going.
  const unsaid = status === 'never_before_activated' ? 'activate' : undefined;
  const action = sim.last_status_change_action?.trim().toLowerCase() ?? unsaid;
  const isChanging = sim.state_change_in_progress === true;
  if (status === 'active') return isChanging && action === 'deactivate' ? 'inactive' : 'active';
  if (isChanging && (action === 'activate' || action === 'reactivate')) return 'in-progress';
  if (hasFailed(sim)) return 'failed';
  if (status === 'never_before_activated') return 'never-activated';
  return status.startsWith('inactive') ? 'inactive' : 'unknown';
}

/** The cloud writes `"yes"`/`"no"`; a boolean is accepted because nothing guarantees the string. */
function hasFailed(sim: z.infer<typeof simAnswer>): boolean {
  const error = sim.last_status_change_action_error;
  return error === true || (typeof error === 'string' && error.trim().toLowerCase() === 'yes');
}
