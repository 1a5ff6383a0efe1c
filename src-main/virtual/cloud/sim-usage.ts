import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import type { SimRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { deviceUsing } from './device-life.ts';
import { settleSim } from './sim-activation.ts';

/** What one SIM used, by day (cloud-api.md 2.8.7). */
export function simUsage(sim: SimRecord): JsonObject {
  return { iccid: sim.iccid, usage_by_day: usageRows([sim]) };
}

/** What all SIMs of a product used together, by day (2.8.7). */
export function fleetUsage(state: CloudState, sims: readonly SimRecord[]): JsonObject {
  for (const sim of sims) settleSim(state, sim);
  const rows = usageRows(sims);
  return {
    total_mbs_used: rows.at(-1)?.mbs_used_cumulative ?? 0,
    total_active_sim_cards: sims.filter(({ status }) => status === 'active').length,
    usage_by_day: rows,
  };
}

/** Cloud milliseconds until the network has answered, and until that answer is old. */
const LOOKUP_MS = 5_000;
const EXPIRY_MS = 300_000;

/**
 * Whether the network sees a SIM (2.8.7). The first question is answered as pending; asked again after a while it is complete. An answer
 * that was read and is old by now begins a new question.
 */
export function simNetworkStatus(state: CloudState, sim: SimRecord): JsonObject {
  const nowMs = state.clock.now();
  const isOld = sim.statusTask?.wasRead === true && sim.statusTask.createdAtMs + EXPIRY_MS <= nowMs;
  const task =
    isOld || sim.statusTask === undefined
      ? { taskId: newTaskId(), createdAtMs: nowMs, wasRead: false }
      : sim.statusTask;
  const isComplete = task.createdAtMs + LOOKUP_MS <= nowMs;
  sim.statusTask = { ...task, wasRead: isComplete };
  const isOnline = deviceUsing(state, sim) !== undefined;
  return {
    ok: true,
    meta: {
      state: isComplete ? 'complete' : 'pending',
      check_again_after: new Date(task.createdAtMs + LOOKUP_MS).toISOString(),
      expires_at: new Date(task.createdAtMs + EXPIRY_MS).toISOString(),
      task_id: task.taskId,
      method: 'async',
      created_at: new Date(task.createdAtMs).toISOString(),
    },
    ...(isComplete ? { sim_status: { connected: isOnline, gsm_connection: isOnline, data_connection: isOnline } } : {}),
  };
}

function usageRows(sims: readonly SimRecord[]): { date: string; mbs_used: number; mbs_used_cumulative: number }[] {
  const byDay = new Map<string, number>();
  for (const { usageByDay } of sims) {
    for (const [date, mbs] of Object.entries(usageByDay)) byDay.set(date, (byDay.get(date) ?? 0) + mbs);
  }
  let sum = 0;
  return [...byDay]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, mbs]) => {
      sum += mbs;
      return { date, mbs_used: rounded(mbs), mbs_used_cumulative: rounded(sum) };
    });
}

function rounded(mbs: number): number {
  return Math.round(mbs * 1_000) / 1_000;
}

function newTaskId(): string {
  return randomBytes(12).toString('hex');
}
