import { join, resolve } from 'node:path';
import { isHeldBy, type SimClaim } from '../../domain/sim-claim.ts';
import type { SimImports } from '../../ports/sim-imports.ts';
import { bookFailure } from './book-failures.ts';
import { openOwned } from './owned-database.ts';
import { SIM_IMPORTS } from './sim-imports-schema.ts';

/**
 * Opens the record of SIM imports of a data folder, making it when it is not there. Station and bulk jobs open it at the same time: a
 * claim is a write transaction, so two processes never both get one SIM.
 */
export function openSimImports(dataFolder: string): SimImports {
  const file = join(resolve(dataFolder), 'sim-imports.sqlite');
  const database = attempt(`Opening ${file}`, () => openOwned(file, SIM_IMPORTS));
  const inOne = <Value>(work: () => Value): Value =>
    attempt(`Writing ${file}`, () => database.transaction(work).immediate());
  const find = database.prepare<[number, string], SimClaim>(
    'SELECT iccid, how, who, name, at, until FROM claim WHERE product_id = ? AND iccid = ?',
  );
  const put = database.prepare<[number, string, string, string, string, string, string]>(
    'INSERT OR REPLACE INTO claim (product_id, iccid, how, who, name, at, until) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const drop = database.prepare<[number, string, string, string, string, string]>(
    'DELETE FROM claim WHERE product_id = ? AND iccid = ? AND how = ? AND who = ? AND name = ? AND at = ?',
  );
  const forget = database.prepare<[number, string]>('DELETE FROM claim WHERE product_id = ? AND iccid = ?');
  const keep = (productId: number, { iccid, how, who, name, at, until }: SimClaim) =>
    put.run(productId, iccid, how, who, name, at, until);
  return {
    claim: (productId, wanted, isHeld = isHeldBy) =>
      inOne(() => {
        const held = new Map<string, SimClaim>();
        for (const one of wanted) {
          const earlier = find.get(productId, one.iccid);
          if (earlier !== undefined && isHeld(earlier, one)) held.set(one.iccid, earlier);
          else keep(productId, one);
        }
        return held;
      }),
    giveBack: (productId, claims) =>
      inOne(() => {
        for (const { iccid, how, who, name, at } of claims) drop.run(productId, iccid, how, who, name, at);
      }),
    forget: (productId, iccid) => {
      inOne(() => forget.run(productId, iccid));
    },
    remember: (productId, claims) =>
      inOne(() => {
        for (const one of claims) {
          const known = find.get(productId, one.iccid);
          if (known === undefined || Date.parse(known.at) < Date.parse(one.at)) keep(productId, one);
        }
      }),
    close: () => database.close(),
  };
}

function attempt<Value>(doing: string, work: () => Value): Value {
  try {
    return work();
  } catch (thrown) {
    throw bookFailure(thrown, doing, 'identity/write-failed');
  }
}
