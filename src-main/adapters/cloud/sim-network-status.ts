import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { StationError } from '../../domain/failure.ts';
import type { CloudSims } from '../../ports/cloud-sims.ts';
import { isUnknownHere } from './absent.ts';
import { checkedAnswer } from './checked-answer.ts';
import type { Send } from './cloud-sender.ts';

/**
 * What the mobile network knows of a SIM (cloud-api.md 2.8.7). The cloud asks the network and says when to look again; in which form it
 * says so is UNVERIFIED, so a time, a number of seconds and nothing at all are understood, and no wait is shorter than a second or longer
 * than ten. Beside the SDK, which has no such call (4.2).
 */
export function simNetworkStatus(
  send: Send,
  { shortestWaitMs = 1_000, longestWaitMs = 10_000 } = {},
): Pick<CloudSims, 'networkStatus'> {
  return {
    async networkStatus(productId, iccid, options) {
      const path = `/v1/products/${productId}/sims/${iccid}/status`;
      const until = performance.now() + options.timeoutMs;
      for (let isPending = false; ; isPending = true) {
        const leftMs = until - performance.now();
        const received = await send(
          { method: 'GET', path, isAbsence: isUnknownHere },
          { ...options, timeoutMs: leftMs },
        )
          // The time for all of it may end within a request; then the network is what did not answer.
          .catch((thrown) => (isPending && isTimeout(thrown) ? 'late' : Promise.reject(thrown)));
        if (received === 'late') return undefined;
        if (received === undefined) {
          throw new StationError('sim/not-in-product', `Product ${productId} does not have the SIM ${iccid}.`);
        }
        const { meta, sim_status: status } = checkedAnswer(statusAnswer, received);
        if (meta.state === 'complete' && status !== undefined && status !== null) {
          return {
            isConnected: status.connected,
            hasGsm: status.gsm_connection ?? undefined,
            hasData: status.data_connection ?? undefined,
          };
        }
        const waitMs = Math.min(longestWaitMs, Math.max(shortestWaitMs, askAgainMs(meta.check_again_after)));
        if (waitMs >= until - performance.now()) return undefined;
        await untilOver(waitMs, options.signal);
      }
    },
  };
}

const statusAnswer = z.looseObject({
  meta: z.looseObject({
    state: z.string().max(40),
    check_again_after: z.union([z.string().max(40), z.number()]).nullish(),
  }),
  sim_status: z
    .looseObject({
      connected: z.boolean(),
      gsm_connection: z.boolean().nullish(),
      data_connection: z.boolean().nullish(),
    })
    .nullish(),
});

function isTimeout(thrown: unknown): boolean {
  return thrown instanceof StationError && thrown.code === 'cloud/timeout';
}

/** 0 where it is not said; the time of day is the cloud's, so a wrong clock here makes it a short or a long wait within the bounds. */
function askAgainMs(after: string | number | null | undefined): number {
  if (typeof after === 'number') return after * 1_000;
  const at = Date.parse(after ?? '');
  return Number.isNaN(at) ? 0 : at - Date.now();
}

async function untilOver(waitMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(waitMs, undefined, { signal });
  } catch {
    if (signal.reason instanceof StationError) throw signal.reason;
    throw new StationError('run/aborted', 'The cloud request was stopped.', { cause: signal.reason });
  }
}
