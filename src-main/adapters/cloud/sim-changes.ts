import { StationError } from '../../domain/failure.ts';
import type { Iccid } from '../../domain/iccid.ts';
import { switchOffRefusal } from '../../domain/sim-rules.ts';
import type { CloudOptions } from '../../ports/cloud.ts';
import type { CloudSimDetail, CloudSims, SwitchOff } from '../../ports/cloud-sims.ts';
import { isUnknownHere } from './absent.ts';
import type { CloudRequest } from './cloud-request.ts';
import type { Send } from './cloud-sender.ts';
import { isStillWorking } from './sim-calls.ts';
import { readSim } from './sim-views.ts';

type SimChanges = Pick<CloudSims, 'import' | 'deactivate' | 'reactivate' | 'release'>;

/**
 * What changes a SIM (cloud-api.md 2.8.1, 2.8.4, 2.8.5). Beside the SDK: it has neither import nor (de)activation any more, and takes the
 * empty answer of a release for a fault (trap 7, 4.2). None of it is sent to a SIM that is where it should be already, so that repeating
 * a change neither costs nor counts anything.
 */
export function simChanges(send: Send): SimChanges {
  return {
    async import(productId, iccids, { country }, options) {
      if (iccids.length === 0) return;
      if (country !== undefined && !/^[A-Z]{2}$/.test(country)) {
        throw new StationError('request/invalid', 'A country is two capital letters (ISO 3166), such as US.');
      }
      const body = { sims: [...new Set(iccids)], ...(country === undefined ? {} : { country }) };
      await send({ method: 'POST', path: `/v1/products/${productId}/sims`, body, ...LONG_RUNNING }, options);
    },

    async deactivate(productId, iccid, order, options) {
      requireConsent(iccid, order);
      return switchSim(productId, iccid, 'deactivate', options);
    },

    reactivate: (productId, iccid, options) => switchSim(productId, iccid, 'reactivate', options),

    async release(productId, iccid, order, options) {
      requireConsent(iccid, order);
      const path = simPath(productId, iccid);
      await send({ method: 'DELETE', path, isAbsence: isUnknownHere, ...LONG_RUNNING }, options);
      return readSim(send, productId, iccid, options);
    },
  };

  async function switchSim(
    productId: number,
    iccid: Iccid,
    action: 'deactivate' | 'reactivate',
    options: CloudOptions,
  ): Promise<CloudSimDetail> {
    const before = await readSim(send, productId, iccid, options);
    if (before === undefined) throw notInProduct(productId, iccid);
    const isThere = action === 'deactivate' ? before.state === 'inactive' : ON_THE_WAY.has(before.state);
    if (isThere) return before;
    const path = simPath(productId, iccid);
    await send({ method: 'PUT', path, body: { action }, isAbsence: isUnknownHere, ...LONG_RUNNING }, options);
    const after = await readSim(send, productId, iccid, options);
    if (after === undefined) throw notInProduct(productId, iccid);
    return after;
  }
}

const ON_THE_WAY: ReadonlySet<CloudSimDetail['state']> = new Set(['active', 'in-progress']);

const LONG_RUNNING: Pick<CloudRequest, 'isAccepted' | 'acceptsEmpty'> = {
  isAccepted: isStillWorking,
  acceptsEmpty: true,
};

/** A SIM of no known class is taken for the slowest there is. */
function requireConsent(iccid: Iccid, { activation = 'sometimes-slow', evenIfSlow }: SwitchOff): void {
  const refusal = evenIfSlow ? undefined : switchOffRefusal(iccid, activation);
  if (refusal === undefined) return;
  throw new StationError(refusal.code, refusal.detail, { evidence: refusal.evidence ?? {} });
}

function simPath(productId: number, iccid: Iccid): string {
  return `/v1/products/${productId}/sims/${iccid}`;
}

function notInProduct(productId: number, iccid: Iccid): StationError {
  return new StationError('sim/not-in-product', `Product ${productId} does not have the SIM ${iccid}.`);
}
