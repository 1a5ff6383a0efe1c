import type { BulkCloud, CloudProduct } from '../ports/cloud.ts';

/** The same cloud, but what a product is (its platform, its name) is asked once per station start (cloud-api.md 2.0, step 1). */
export function rememberProduct(cloud: BulkCloud): BulkCloud {
  const known = new Map<number, CloudProduct>();
  return {
    product: async (productId, options) => {
      const product = known.get(productId) ?? (await cloud.product(productId, options));
      known.set(productId, product);
      return product;
    },
    addDevice: (productId, deviceId, options, claimUser) => cloud.addDevice(productId, deviceId, options, claimUser),
    addDevices: (productId, order, options) => cloud.addDevices(productId, order, options),
    device: (productId, deviceId, options) => cloud.device(productId, deviceId, options),
    listDevices: (productId, page, options) => cloud.listDevices(productId, page, options),
    describeDevice: (productId, deviceId, description, options) =>
      cloud.describeDevice(productId, deviceId, description, options),
    sim: (productId, iccid, options) => cloud.sim(productId, iccid, options),
    listSims: (productId, page, options) => cloud.listSims(productId, page, options),
    importSim: (productId, iccid, options) => cloud.importSim(productId, iccid, options),
    importSims: (productId, iccids, options) => cloud.importSims(productId, iccids, options),
  };
}
