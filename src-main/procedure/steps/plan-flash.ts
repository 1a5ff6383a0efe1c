import { planFlash } from '../../firmware/flash-plan.ts';
import type { Step } from '../procedure.ts';

/** Decides what is written, where and in which order, from what the unit reports and what the recipe pins. Writes nothing. */
export const makePlan: Step<'identity' | 'agreement', 'plan'> = {
  id: 'plan-flash',
  title: 'Plan',
  needs: ['identity', 'agreement'],
  gives: ['plan'],
  timeoutMs: 10_000,
  run: async ({ identity }, { recipe }) => {
    const plan = planFlash(
      { platform: identity.platform, mode: identity.route === 'dfu' ? 'dfu' : 'normal', modules: identity.modules },
      recipe,
    );
    if (!plan.ok) return plan;
    const writes = plan.value.writes.map((write) => ({
      what: write.what,
      reason: write.reason,
      alt: write.alt,
      address: `0x${write.address.toString(16).padStart(8, '0')}`,
      bytes: write.bytes.length,
      ...(write.module === undefined ? {} : { sha256: write.module.fileSha256 }),
    }));
    return {
      ok: true,
      facts: { plan: plan.value },
      learnt: { writes, skipped: plan.value.skipped, totalBytes: plan.value.totalBytes },
    };
  },
};
