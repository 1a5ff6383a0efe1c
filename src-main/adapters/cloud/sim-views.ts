import * as z from 'zod';
import type { Iccid } from '../../domain/iccid.ts';
import type { CloudOptions } from '../../ports/cloud.ts';
import type { CloudSimDetail, CloudSims } from '../../ports/cloud-sims.ts';
import { isUnknownHere } from './absent.ts';
import { badAnswer, boundedText, checkedAnswer, isoTime, presentAnswer } from './checked-answer.ts';
import type { Send } from './cloud-sender.ts';
import { pageMeta, pageOf } from './list-page.ts';
import { requireOwnSim } from './sim-calls.ts';
import { cloudSimOf, simAnswer } from './sim-state.ts';

/**
 * Looking at SIMs (cloud-api.md 2.8.2, 2.8.3). Beside the SDK, which cannot get one, and whose types of the list and of a SIM are wrong
 * (trap 6, 4.2).
 */
export function simViews(send: Send): Pick<CloudSims, 'detail' | 'list'> {
  return {
    detail: (productId, iccid, options) => readSim(send, productId, iccid, options),

    async list(productId, { page, perPage, iccid, deviceId, deviceName }, options) {
      const query = { page, perPage, per_page: perPage, iccid, deviceId, deviceName };
      const received = presentAnswer(
        await send({ method: 'GET', path: `/v1/products/${productId}/sims`, query }, options),
      );
      const { sims, meta } = checkedAnswer(simDetailList, received);
      for (const sim of sims) requireOwnSim(productId, sim, received);
      const rows = sims.map(cloudSimDetailOf).filter((sim) => iccid === undefined || sim.iccid.includes(iccid));
      return pageOf(rows, meta);
    },
  };
}

/** The whole SIM, or undefined when it is not (yet) in the product. */
export async function readSim(
  send: Send,
  productId: number,
  iccid: Iccid,
  options: CloudOptions,
): Promise<CloudSimDetail | undefined> {
  const path = `/v1/products/${productId}/sims/${iccid}`;
  const received = await send({ method: 'GET', path, isAbsence: isUnknownHere }, options);
  if (received === undefined) return undefined;
  const sim = checkedAnswer(simDetailAnswer, received);
  if (sim._id !== iccid) throw badAnswer('it is about another ICCID', received);
  requireOwnSim(productId, sim, received);
  return cloudSimDetailOf(sim);
}

const simDetailAnswer = simAnswer.extend({
  deactivations_count: z.number().nullish(),
  base_country_code: boundedText(10).nullish(),
  carrier: boundedText(80).nullish(),
  msisdn: boundedText(40).nullish(),
  owner: boundedText(200).nullish(),
  last_device_name: boundedText(100).nullish(),
  first_activated_on: isoTime.nullish(),
  last_activated_on: isoTime.nullish(),
  last_status_change_action_on: isoTime.nullish(),
  updated_at: isoTime.nullish(),
});

const simDetailList = z.looseObject({ sims: z.array(simDetailAnswer), meta: pageMeta });

function cloudSimDetailOf(sim: z.infer<typeof simDetailAnswer>): CloudSimDetail {
  return {
    ...cloudSimOf(sim),
    deactivations: sim.deactivations_count ?? undefined,
    country: sim.base_country_code ?? undefined,
    carrier: sim.carrier ?? undefined,
    msisdn: sim.msisdn ?? undefined,
    owner: sim.owner ?? undefined,
    deviceName: sim.last_device_name ?? undefined,
    firstActivatedAt: sim.first_activated_on ?? undefined,
    lastActivatedAt: sim.last_activated_on ?? undefined,
    lastChange: sim.last_status_change_action ?? undefined,
    lastChangeAt: sim.last_status_change_action_on ?? undefined,
    updatedAt: sim.updated_at ?? undefined,
  };
}
