import { failureOf, StationError } from '../../domain/failure.ts';
import { claimOf, isSurelyNotTaken, type SimClaim, sayClaim } from '../../domain/sim-claim.ts';
import type { Facts } from '../facts.ts';
import { callTimeMs, mayFinishLater } from '../finish-later.ts';
import type { Step, StepContext } from '../procedure.ts';

/**
 * Pre-adds the unit to the product and reads the membership back: required for every unit on Device OS 4.0 and later before it
 * first connects (cloud-api.md R16), and for an embedded SIM this is also the activation (R22). Safe to repeat. Where the recipe lets
 * cloud work be finished later, a cloud that cannot be asked in the recipe's time does not hold the unit up: it passes as built. So does a
 * unit whose embedded SIM a bulk job is importing by itself: the two requests would name one SIM.
 */
export const addToProduct: Step<'proof' | 'identity' | 'sim', 'membership' | 'cloudUntilMs'> = {
  id: 'add-to-product',
  title: 'Add to product',
  needs: ['proof', 'identity', 'sim'],
  gives: ['membership', 'cloudUntilMs'],
  timeoutMs: 100_000,
  silenceIs: 'cloud/timeout',
  run: async ({ identity, sim }, context) => {
    const { cloud } = context.recipe;
    const cloudUntilMs = performance.now() + cloud.waitMs;
    const facts = (membership: Facts['membership']) => ({ membership, cloudUntilMs });
    if (cloud.finishLater && cloud.waitMs === 0) {
      return { ok: true, facts: facts('later'), learnt: { membership: 'later', why: 'by recipe' } };
    }
    try {
      const membership = await join(identity, sim, cloudUntilMs, context);
      const learnt = { membership, product: context.recipe.productId, readBack: true };
      return { ok: true, facts: facts(membership), learnt };
    } catch (thrown) {
      const found = failureOf(thrown);
      if (context.signal.aborted || !mayFinishLater(cloud, found)) return { ok: false, failure: found };
      const { code, detail } = found;
      return {
        ok: true,
        facts: facts('later'),
        learnt: { membership: 'later', why: code },
        evidence: { code, detail },
      };
    }
  },
};

/** Throws the StationError of whatever kept the unit out. */
async function join(
  identity: Facts['identity'],
  sim: Facts['sim'],
  cloudUntilMs: number,
  { ports, recipe, signal, cloudTime }: StepContext,
): Promise<'added' | 'already-member'> {
  const { deviceId } = identity;
  const { productId, cloud } = recipe;
  const call = () => ({ signal, timeoutMs: callTimeMs(cloud, cloudUntilMs) });
  const product = await ports.cloud.product(productId, call());
  if (product.platformId !== recipe.platform.id) {
    const detail = `Product ${product.id} (${product.name}) is for platform ${product.platformId}, the recipe for ${recipe.platform.id}.`;
    throw new StationError('cloud/wrong-product', detail);
  }
  const claim = recipe.sim.form === 'embedded' ? claimOn(identity, sim, cloudTime?.() ?? new Date()) : undefined;
  const held = claim === undefined ? undefined : ports.simImports.claim(productId, [claim]).get(claim.iccid);
  if (held !== undefined && sim !== 'no-sim-in-recipe') {
    // One that shows in the product is no longer anybody's to import.
    const seen = await ports.cloud.sim(productId, sim.iccid, call());
    if (seen === undefined) throw new StationError('sim/not-in-product', sayClaim(held));
  }
  let membership: 'added' | 'already-member';
  try {
    membership = await ports.cloud.addDevice(productId, deviceId, call(), cloud.claimUser);
  } catch (thrown) {
    const { code } = failureOf(thrown);
    const isRefused = isSurelyNotTaken(code) || code === 'cloud/device-rejected' || code === 'cloud/device-owned';
    if (claim !== undefined && isRefused) ports.simImports.giveBack(productId, [claim]);
    throw thrown;
  }
  const device = await ports.cloud.device(productId, deviceId, call());
  const problem =
    device === undefined
      ? 'the product does not list it'
      : device.productId !== product.id
        ? `it is listed under product ${device.productId}`
        : device.quarantined || device.denied
          ? 'it is quarantined or denied'
          : cloud.claimUser !== undefined && device.owner?.toLowerCase() !== cloud.claimUser.toLowerCase()
            ? 'it is not claimed for the user of the recipe'
            : undefined;
  if (problem === undefined) return membership;
  const detail = `The cloud answered "${membership}" for ${deviceId}, but ${problem}.`;
  throw new StationError('cloud/not-in-product', detail);
}

/** That this unit's pre-add brings its SIM along. */
function claimOn({ serialNumber, deviceId }: Facts['identity'], sim: Facts['sim'], at: Date): SimClaim | undefined {
  if (sim === 'no-sim-in-recipe') return undefined;
  return claimOf({ iccid: sim.iccid, how: 'pre-add', who: 'station', name: serialNumber ?? deviceId }, at);
}
