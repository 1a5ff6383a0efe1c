import * as z from 'zod';
import { StationError } from '../../domain/failure.ts';
import type { CloudSims, DayUsage } from '../../ports/cloud-sims.ts';
import { isUnknownHere } from './absent.ts';
import { askBySdk } from './ask-by-sdk.ts';
import { badAnswer, checkedAnswer, presentAnswer } from './checked-answer.ts';
import type { Send } from './cloud-sender.ts';

/** Mobile data used by one SIM and by all of a product (cloud-api.md 2.8.7). */
export function simUsage(send: Send): Pick<CloudSims, 'usage' | 'fleetUsage'> {
  return {
    async usage(productId, iccid, options) {
      const order = { product: productId, iccid };
      const here = { isAbsence: isUnknownHere };
      const received = await askBySdk(send, options, (sdk) => sdk.getSIMDataUsage(order), here);
      if (received === undefined) {
        throw new StationError('sim/not-in-product', `Product ${productId} does not have the SIM ${iccid}.`);
      }
      const usage = checkedAnswer(simUsageAnswer, received);
      if (usage.iccid !== undefined && usage.iccid !== null && usage.iccid.trim() !== iccid) {
        throw badAnswer('it is about another ICCID', received);
      }
      return usage.usage_by_day.map(dayUsageOf);
    },

    async fleetUsage(productId, options) {
      const order = { product: productId };
      const received = presentAnswer(await askBySdk(send, options, (sdk) => sdk.getFleetDataUsage(order)));
      const usage = checkedAnswer(fleetUsageAnswer, received);
      return {
        megabytes: usage.total_mbs_used,
        activeSims: usage.total_active_sim_cards,
        days: usage.usage_by_day.map(dayUsageOf),
      };
    },
  };
}

const dayUsage = z.looseObject({
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}/),
  mbs_used: z.number(),
  mbs_used_cumulative: z.number().nullish(),
});

const simUsageAnswer = z.looseObject({ iccid: z.string().nullish(), usage_by_day: z.array(dayUsage) });

const fleetUsageAnswer = z.looseObject({
  total_mbs_used: z.number(),
  total_active_sim_cards: z.number(),
  usage_by_day: z.array(dayUsage),
});

function dayUsageOf(day: z.infer<typeof dayUsage>): DayUsage {
  return {
    date: day.date.slice(0, 10),
    megabytes: day.mbs_used,
    megabytesSoFar: day.mbs_used_cumulative ?? undefined,
  };
}
