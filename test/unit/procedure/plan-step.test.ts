import { describe, expect, it } from 'vitest';
import { parseLabel } from '../../../src-main/domain/label.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import type { UnitIdentity } from '../../../src-main/procedure/facts.ts';
import type { StepContext } from '../../../src-main/procedure/procedure.ts';
import { makePlan } from '../../../src-main/procedure/steps/plan-flash.ts';
import { loadedFrom, smallRelease } from '../firmware/recipe-folder.ts';

// A unit in DFU mode says nothing of itself but its device ID; what must not go below Device OS 4.0.1 is known from its label alone.
const foundInDfu = {
  deviceId: 'e00fce68aabbccddeeff0011',
  platform: platformByName('boron'),
  route: 'dfu',
} as UnitIdentity;

describe('the plan step, for a unit found in DFU mode', () => {
  it.each([
    ['P044AF145000001', { ok: false, failure: { code: 'plan/below-floor' } }],
    ['P028AF145000001', { ok: true }],
  ])('with the label %s of its kind', async (text, expected) => {
    const label = parseLabel(text);
    if (!label.ok) throw new Error(label.failure.detail);
    const recipe = await loadedFrom(smallRelease('boron', '4.0.0'));
    const context = { recipe, isFull: false, label: label.value } as unknown as StepContext;
    const facts = { identity: foundInDfu, agreement: { compared: [] } };
    expect(await makePlan.run(facts, context)).toMatchObject(expected);
  });
});
