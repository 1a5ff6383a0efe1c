import { once } from 'node:events';
import { openSimImports } from '../../../src-main/adapters/identity/sim-imports.sqlite.ts';
import { claimOf } from '../../../src-main/domain/sim-claim.ts';

/**
 * A program that claims SIMs one after the other as fast as it can, once somebody writes to its standard input, and says at its end which
 * it got. Arguments: the data folder, its name, station or job, how many SIMs.
 */
const [, , data = '', name = '', who = '', count = ''] = process.argv;
const simImports = openSimImports(data);
console.log('ready');
await once(process.stdin, 'data');
const got: string[] = [];
for (let sim = 0; sim < Number(count); sim += 1) {
  const iccid = `89${String(sim).padStart(17, '0')}`;
  const claim = claimOf({ iccid, how: 'import', who: who === 'station' ? 'station' : 'job', name }, new Date());
  if (!simImports.claim(1, [claim]).has(iccid)) got.push(iccid);
}
simImports.close();
console.log(JSON.stringify(got));
process.stdin.destroy();
