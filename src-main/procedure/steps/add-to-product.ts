import { failureOf, StationError } from '../../domain/failure.ts';
import type { Facts } from '../facts.ts';
import { callTimeMs, mayFinishLater } from '../finish-later.ts';
import type { Step, StepContext } from '../procedure.ts';

/**
 * Pre-adds the unit to the product and reads the membership back: required for every unit on Device OS 4.0 and later before it
 * first connects (cloud-api.md R16), and for an embedded SIM this is also the activation (R22). Safe to repeat. Where the recipe lets
 * cloud work be finished later, a cloud that cannot be asked in the recipe's time does not hold the unit up: it passes as built.
 */
export const addToProduct: Step<'proof' | 'identity' | 'sim', 'membership' | 'cloudUntilMs'> = {
  id: 'add-to-product',
  title: 'Add to product',
  needs: ['proof', 'identity', 'sim'],
  gives: ['membership', 'cloudUntilMs'],
  timeoutMs: 100_000,
  silenceIs: 'cloud/timeout',
  run: async ({ identity }, context) => {
    const { cloud } = context.recipe;
    const cloudUntilMs = performance.now() + cloud.waitMs;
    const facts = (membership: Facts['membership']) => ({ membership, cloudUntilMs });
    if (cloud.finishLater && cloud.waitMs === 0) {
      return { ok: true, facts: facts('later'), learnt: { membership: 'later', why: 'by recipe' } };
    }
    try {
      const membership = await join(identity, cloudUntilMs, context);
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
  { deviceId }: Facts['identity'],
  cloudUntilMs: number,
  { ports, recipe, signal }: StepContext,
): Promise<'added' | 'already-member'> {
  const { productId, cloud } = recipe;
  const call = () => ({ signal, timeoutMs: callTimeMs(cloud, cloudUntilMs) });
  const product = await ports.cloud.product(productId, call());
  if (product.platformId !== recipe.platform.id) {
    const detail = `Product ${product.id} (${product.name}) is for platform ${product.platformId}, the recipe for ${recipe.platform.id}.`;
    throw new StationError('cloud/wrong-product', detail);
  }
  const membership = await ports.cloud.addDevice(productId, deviceId, call(), cloud.claimUser);
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
