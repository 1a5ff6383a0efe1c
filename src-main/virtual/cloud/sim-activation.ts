import type { ActivationClass } from '../../domain/sku-table.ts';
import type { ProductRecord, SimAction, SimRecord } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';

/** What an effect fault does to the SIM changes that begin while it is in force. */
export type SimFault = 'sim-stuck' | 'sim-fails' | undefined;

export type ActivationTimes = Record<ActivationClass, { first: number; again: number }>;

/** Plausible times in cloud milliseconds (cloud-api.md 5.5 R26); the upper ends, hours and days, are what the clock's `advance` is for. */
export const ACTIVATION_MS: ActivationTimes = {
  fast: { first: 3_000, again: 3_000 },
  'generally-fast': { first: 30_000, again: 30_000 },
  'sometimes-slow': { first: 45_000, again: 2 * 3_600_000 },
};

/**
 * Brings a SIM into a product, which is also its activation (2.8.1, R24). Nothing happens to a stranger's SIM or one already
 * there (2.8.1); one in use moves without a break (R25); one that was switched off stays so until it is reactivated, unless
 * its last owner gave it back. Returns whether the SIM is in the product now.
 */
export function importSim(state: CloudState, sim: SimRecord, product: ProductRecord, fault: SimFault): boolean {
  if (sim.owner !== undefined && !product.team.includes(sim.owner)) return false;
  if (sim.productId !== undefined && sim.productId !== product.id) return false;
  if (sim.productId === product.id) return true;
  sim.productId = product.id;
  if (sim.status === 'never_before_activated' || sim.wasReleased) changeSim(state, sim, 'activate', fault);
  sim.wasReleased = false;
  return true;
}

/** Begins a change of state (2.8.3, 2.8.4). Asking for what already is or is under way does nothing. */
export function changeSim(state: CloudState, sim: SimRecord, action: SimAction, fault: SimFault): void {
  settleSim(state, sim);
  const isOn = sim.status === 'active' || sim.change !== undefined;
  if ((action === 'deactivate') !== isOn) return;
  const now = state.clock.now();
  sim.lastAction = action;
  sim.lastActionAtMs = now;
  sim.lastActionFailed = false;
  if (action === 'deactivate') {
    sim.status = 'inactive_user_deactivated';
    sim.deactivations += 1;
    sim.change = undefined;
    return;
  }
  const delays = state.activationMs[sim.activationClass];
  const delayMs = sim.activations === 0 ? delays.first : delays.again;
  const isStuck = sim.neverActivates || fault === 'sim-stuck';
  sim.change = { to: 'active', atMs: isStuck ? undefined : now + delayMs, fails: fault === 'sim-fails' };
}

/** Completes the change whose time has come. Called before a SIM is looked at, so nothing needs a timer. */
export function settleSim(state: CloudState, sim: SimRecord): void {
  const { change } = sim;
  if (change?.atMs === undefined || change.atMs > state.clock.now()) return;
  sim.change = undefined;
  sim.lastActionFailed = change.fails;
  if (change.fails) return;
  sim.status = change.to;
  sim.activations += 1;
  sim.firstActivatedAtMs ??= change.atMs;
  sim.lastActivatedAtMs = change.atMs;
}

/** Takes the SIM from its product or owner and out of service (2.8.5). */
export function releaseSim(state: CloudState, sim: SimRecord): void {
  changeSim(state, sim, 'deactivate', undefined);
  sim.productId = undefined;
  sim.owner = undefined;
  sim.wasReleased = true;
}
