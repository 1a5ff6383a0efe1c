import { mkdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { createFirmwareStore } from '../../../src-main/adapters/store/firmware-store.files.ts';
import { failureOf } from '../../../src-main/domain/failure.ts';
import { orderOf } from './store-bench.ts';

/*
 * A process of its own that adds a boron release, a product binary and recipes to a store. Arguments: store folder, release folder,
 * binary, recipes as `FROM-TO` (one for each SIM wait in ms), and optionally after how many changes in the folder of unfinished files
 * it kills itself, as a power cut would. Prints the code of what it is refused with.
 */
const [folder = '', release = '', binary = '', waits = '1-1', killAt] = process.argv.slice(2);
if (killAt !== undefined) {
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary, { recursive: true });
  let changes = 0;
  watch(temporary, () => {
    changes += 1;
    if (changes >= Number(killAt)) process.kill(process.pid, 'SIGKILL');
  });
}
const [from = 0, to = 0] = waits.split('-').map(Number);
try {
  const store = createFirmwareStore(folder);
  await store.addRelease([release], {});
  await store.addProduct(binary, {});
  for (let waitMs = from; waitMs <= to; waitMs += 1) {
    const order = orderOf('boron', { name: 'Tank' });
    await store.makeRecipe({ ...order, sim: { ...order.sim, waitMs } });
  }
  process.exit(0);
} catch (thrown) {
  console.log(failureOf(thrown).code);
  process.exit(3);
}
