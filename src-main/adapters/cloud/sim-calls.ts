import * as z from 'zod';
import type { BulkCloud } from '../../ports/cloud.ts';
import { isUnknownHere } from './absent.ts';
import { badAnswer, checkedAnswer, presentAnswer } from './checked-answer.ts';
import type { CloudRequest, Received } from './cloud-request.ts';
import type { Send } from './cloud-sender.ts';
import { pageMeta, pageOf, pageQueryOf } from './list-page.ts';
import { cloudSimOf, simAnswer } from './sim-state.ts';

/** SIMs of a product as the takt and the outbox use them (cloud-api.md 2.8.1 to 2.8.3); rejections as in ports/cloud.ts. */
export function simCalls(send: Send): Pick<BulkCloud, 'sim' | 'listSims' | 'importSim' | 'importSims'> {
  const importSims: BulkCloud['importSims'] = async (productId, iccids, options) => {
    if (iccids.length === 0) return;
    const body = { sims: [...new Set(iccids)] };
    const path = `/v1/products/${productId}/sims`;
    // What a second import costs is UNVERIFIED (2.8.1): one that may have been taken is not sent again; the SIM tells.
    const request: CloudRequest = {
      method: 'POST',
      path,
      body,
      isAccepted: isStillWorking,
      acceptsEmpty: true,
      isIdempotent: false,
    };
    await send(request, options);
  };

  return {
    async sim(productId, iccid, options) {
      const path = `/v1/products/${productId}/sims/${iccid}`;
      const received = await send({ method: 'GET', path, isAbsence: isUnknownHere }, options);
      if (received === undefined) return undefined;
      const sim = checkedAnswer(simAnswer, received);
      if (sim._id !== iccid) throw badAnswer('it is about another ICCID', received);
      requireOwnSim(productId, sim, received);
      return cloudSimOf(sim);
    },

    async listSims(productId, page, options) {
      const path = `/v1/products/${productId}/sims`;
      const received = presentAnswer(await send({ method: 'GET', path, query: pageQueryOf(page) }, options));
      const { sims, meta } = checkedAnswer(simList, received);
      for (const sim of sims) requireOwnSim(productId, sim, received);
      return pageOf(sims.map(cloudSimOf), meta);
    },

    importSim: (productId, iccid, options) => importSims(productId, [iccid], options),
    importSims,
  };
}

/** 408 and 504 on a SIM action: accepted, the SIM tells when it is done (2.8.4, 3.3). 202 and 204 come without a body. */
export function isStillWorking(status: number): boolean {
  return status === 408 || status === 504 || status === 202 || status === 204;
}

const simList = z.looseObject({ sims: z.array(simAnswer), meta: pageMeta });

export function requireOwnSim(productId: number, sim: z.infer<typeof simAnswer>, received: Received): void {
  if (typeof sim.product_id !== 'number' || sim.product_id === productId) return;
  throw badAnswer(`the SIM ${sim._id} is in product ${sim.product_id}, not ${productId}`, received);
}
