import { failure } from '../../domain/failure.ts';
import type { Step } from '../procedure.ts';

/** One cloud call with its own retries may take this long. */
const CALL_MS = 30_000;

/**
 * Pre-adds the unit to the product and reads the membership back: required for every unit on Device OS 4.0 and later before it
 * first connects (cloud-api.md R16), and for an embedded SIM this is also the activation (R22). Safe to repeat.
 */
export const addToProduct: Step<'proof' | 'identity' | 'sim', 'membership'> = {
  id: 'add-to-product',
  title: 'Add to product',
  needs: ['proof', 'identity', 'sim'],
  gives: ['membership'],
  timeoutMs: 100_000,
  silenceIs: 'cloud/timeout',
  run: async ({ identity }, { ports, recipe, signal }) => {
    const options = { signal, timeoutMs: CALL_MS };
    const product = await ports.cloud.product(recipe.productId, options);
    if (product.platformId !== recipe.platform.id) {
      const detail = `Product ${product.id} (${product.name}) is for platform ${product.platformId}, the recipe for ${recipe.platform.id}.`;
      return { ok: false, failure: failure('cloud/wrong-product', detail) };
    }
    const membership = await ports.cloud.addDevice(recipe.productId, identity.deviceId, options);
    const device = await ports.cloud.device(recipe.productId, identity.deviceId, options);
    const problem =
      device === undefined
        ? 'the product does not list it'
        : device.productId !== product.id
          ? `it is listed under product ${device.productId}`
          : device.quarantined || device.denied
            ? 'it is quarantined or denied'
            : undefined;
    if (problem !== undefined) {
      const detail = `The cloud answered "${membership}" for ${identity.deviceId}, but ${problem}.`;
      return { ok: false, failure: failure('cloud/not-in-product', detail) };
    }
    return { ok: true, facts: { membership }, learnt: { membership, product: product.id, readBack: true } };
  },
};
