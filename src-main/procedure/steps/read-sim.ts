import { failure } from '../../domain/failure.ts';
import { claimsOfUnit, consultBook } from '../../identity/check-unit.ts';
import type { Step } from '../procedure.ts';
import { stopListening } from '../unit/listening-mode.ts';
import { readSimIdentity } from '../unit/read-sim-identity.ts';

/**
 * Reads the ICCID of the SIM in the unit. A unit without a readable SIM does not pass, and costs nothing in the cloud; nor does one with
 * another SIM or modem than it had before, or than its label (a label that was checked by the record, check-agreement.ts) or a supplier list names.
 */
export const readSim: Step<'proof' | 'identity' | 'label', 'sim'> = {
  id: 'read-sim',
  title: 'Read SIM',
  needs: ['proof', 'identity', 'label'],
  gives: ['sim'],
  timeoutMs: 240_000,
  silenceIs: 'sim/not-read',
  attempts: 2,
  retryOn: ['usb/transfer-failed', 'usb/no-console'],
  run: async ({ identity, label }, context) => {
    if (context.recipe.sim.form === 'none') {
      return { ok: true, facts: { sim: 'no-sim-in-recipe' }, learnt: { sim: 'none in recipe' } };
    }
    const unit = await context.presence.waitFor(({ mode }) => mode === 'normal', context.signal);
    const sim = await readSimIdentity(unit, context);
    if (!sim.ok) return sim;
    const before = identity.sim?.iccid;
    if (before !== undefined && before !== sim.value.iccid) {
      const detail = `The unit held SIM ${before} before flashing and holds ${sim.value.iccid} now.`;
      return { ok: false, failure: failure('sim/changed', detail) };
    }
    const { iccid, imei, route, reads } = sim.value;
    if (label.kind === 'iccid' && label.value !== iccid) {
      const detail = `The label says SIM ${label.value}, the unit holds ${iccid}.`;
      return { ok: false, failure: failure('sim/changed', detail) };
    }
    if (label.kind === 'imei' && label.value !== imei) {
      const detail = `The label says IMEI ${label.value}, the running unit says ${imei ?? 'none'}.`;
      return { ok: false, failure: failure('agree/label-mismatch', detail) };
    }
    const { deviceId, serialNumber } = identity;
    const claims = claimsOfUnit({ deviceId, serialNumber, iccid, imei });
    const book = consultBook(context.ports.identity, claims, context.recipe.platform);
    if (!book.ok) return book;
    const learnt = { iccid, imei: imei ?? null, route, reads, identityBook: book.value };
    return { ok: true, facts: { sim: sim.value }, learnt };
  },
  teardown: async ({ presence, ports, signal }) => {
    const unit = presence.current();
    if (unit?.mode !== 'normal') return { listening: 'unit not there' };
    await stopListening(unit, ports, signal);
    return { listening: 'ended' };
  },
};
