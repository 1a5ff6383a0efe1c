import { describePlan } from '../../firmware/describe-plan.ts';
import { planFlash } from '../../firmware/flash-plan.ts';
import type { Step } from '../procedure.ts';
import { plannedState } from '../update/ask-unit-state.ts';

/** Decides what is written, where and in which order, from what the unit reports and what the recipe pins. Writes nothing. */
export const makePlan: Step<'identity' | 'agreement', 'plan'> = {
  id: 'plan-flash',
  title: 'Plan',
  needs: ['identity', 'agreement'],
  gives: ['plan'],
  timeoutMs: 10_000,
  run: async ({ identity }, { recipe, isFull, label }) => {
    const plan = planFlash(plannedState(identity, label), recipe, { full: isFull });
    if (!plan.ok) return plan;
    return { ok: true, facts: { plan: plan.value }, learnt: describePlan(plan.value) };
  },
};
