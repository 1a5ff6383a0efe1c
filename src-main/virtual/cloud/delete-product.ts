import type { CloudState } from './cloud-state.ts';

/**
 * Deletes a product as its owner can in the console: its devices become developer devices and its SIMs developer SIMs, what else
 * belongs to it goes, tokens that are good for it alone with it. What the real cloud does with the SIMs is UNVERIFIED.
 */
export function deleteProduct(state: CloudState, productId: number): void {
  for (const device of state.devices.values()) {
    if (device.productId !== productId) continue;
    device.productId = undefined;
    device.quarantined = false;
    device.denied = false;
    device.groups = [];
    device.desiredFirmwareVersion = undefined;
  }
  for (const sim of state.sims.values()) if (sim.productId === productId) sim.productId = undefined;
  deleteWhere(state.groups, (group) => group.productId === productId);
  deleteWhere(state.apiUsers, (user) => user.productId === productId);
  deleteWhere(state.tokens, (token) => token.productId === productId);
  deleteWhere(state.clients, (client) => client.productId === productId);
  const kept = state.firmware.filter((firmware) => firmware.productId !== productId);
  state.firmware.splice(0, state.firmware.length, ...kept);
  state.products.delete(productId);
}

function deleteWhere<Key, Row>(rows: Map<Key, Row>, isMeant: (row: Row) => boolean): void {
  for (const [key, row] of [...rows]) if (isMeant(row)) rows.delete(key);
}
