import { expect, test } from 'vitest';
import { loadedFrom, type RecipeChange, smallRelease } from './recipe-folder.ts';

const boron = smallRelease('boron', '6.2.0');
const electron = smallRelease('electron', '3.3.1');
const embedded = { form: 'embedded', waitMs: 0, mayBePending: true };

async function warningsOf(release: typeof boron, fields: object): Promise<readonly string[]> {
  const change: RecipeChange = { json: (recipe) => Object.assign(recipe, fields) };
  return (await loadedFrom(release, change)).warnings;
}

test('a recipe for order numbers that are sold has nothing to say', async () => {
  expect(await warningsOf(boron, { skus: ['BRN404X', 'BRN404XKIT'] })).toEqual([]);
});

test('a recipe names each order number that is going away, and its successor', async () => {
  expect(await warningsOf(boron, { skus: ['BRN402TRAY50', 'BRN404X'] })).toEqual([
    'BRN402TRAY50 is not recommended for new designs; order BRN404XTRAY50 instead.',
  ]);
});

test('R23: a recipe that would leave a loose card off is told so', async () => {
  const warnings = await warningsOf(electron, { skus: ['ELC314TY'], sim: embedded });
  expect(warnings).toContain('ELC314TY has a loose SIM card, which this recipe never imports: it would stay off.');
  expect(await warningsOf(electron, { skus: ['ELC314TY'], sim: { ...embedded, form: 'removable' } })).toEqual([
    'ELC314TY is not recommended for new designs.',
  ]);
  expect(await warningsOf(electron, { skus: ['ELC314TY'], sim: { ...embedded, form: 'none' } })).toHaveLength(1);
});

test('R22: a recipe that imports an embedded SIM once more is told so', async () => {
  const [warning] = await warningsOf(boron, { skus: ['BRN404X'], sim: { ...embedded, form: 'removable' } });
  expect(warning).toContain('imports it once more');
});

test('R27: a recipe whose units must wait for SIMs that can be slow is told so', async () => {
  const strict = { ...embedded, mayBePending: false };
  expect(await warningsOf(boron, { skus: ['BRN402TRAY50'], sim: strict })).toContainEqual(
    expect.stringContaining('up to a day'),
  );
  expect(await warningsOf(boron, { skus: ['BRN404X'], sim: strict })).toEqual([]);
});

test('R6: a recipe that claims its units is told that they need no owner', async () => {
  const cloud = { waitMs: 0, finishLater: true, claimUser: 'op@example.com' };
  expect(await warningsOf(boron, { cloud })).toEqual([expect.stringContaining('needs no owner')]);
  const photon = await warningsOf(smallRelease('photon', '2.3.1'), { cloud, sim: { ...embedded, form: 'none' } });
  expect(photon.filter((warning) => warning.includes('owner'))).toEqual([]);
});

test('R16, R17, R18: a recipe whose units can connect before the product has them says what becomes of one that does', async () => {
  const open = { cloud: { waitMs: 0, finishLater: true }, sim: { ...embedded, form: 'none' } };
  const outside = [expect.stringMatching(/connects until then is in no product .* switched off/)];
  expect(await warningsOf(smallRelease('p2', '6.2.0'), open)).toEqual(outside);
  const named = smallRelease('photon', '2.3.1');
  expect(await warningsOf(named, open)).toEqual([expect.stringContaining('is put in quarantine')]);
  const wildcard = smallRelease('photon', '2.3.1', { productId: 6 });
  expect(await warningsOf(wildcard, { ...open, allowWildcardProductId: true })).toEqual(outside);
  // With its SIM off until the pre-add, or with no pass before it, no unit can.
  expect(await warningsOf(boron, { ...open, sim: embedded })).toEqual([]);
  expect(await warningsOf(smallRelease('p2', '6.2.0'), { ...open, cloud: { waitMs: 0, finishLater: false } })).toEqual(
    [],
  );
});
