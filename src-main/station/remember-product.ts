import type { Cloud, CloudProduct } from '../ports/cloud.ts';

/** The same cloud, but what a product is (its platform, its name) is asked once per station start (cloud-api.md 2.0, step 1). */
export function rememberProduct(cloud: Cloud): Cloud {
  const known = new Map<number, CloudProduct>();
  return {
    product: async (productId, options) => {
      const product = known.get(productId) ?? (await cloud.product(productId, options));
      known.set(productId, product);
      return product;
    },
    addDevice: (productId, deviceId, options) => cloud.addDevice(productId, deviceId, options),
    device: (productId, deviceId, options) => cloud.device(productId, deviceId, options),
    sim: (productId, iccid, options) => cloud.sim(productId, iccid, options),
    importSim: (productId, iccid, options) => cloud.importSim(productId, iccid, options),
  };
}
