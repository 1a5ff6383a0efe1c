import { platformByName } from '../../../src-main/domain/platform.ts';
import { runCase } from './run-table.ts';
import { platformsOf } from './soak-interruptions.ts';
import { TABLE } from './table-cases.ts';

/** Every row of the table on every platform, at the real sizes unless told otherwise; prints it as a page does. */
export async function soakTable(options: {
  readonly seed: number;
  readonly platform: string | undefined;
  readonly scale: number | undefined;
}): Promise<boolean> {
  const names = platformsOf(options.platform);
  const wrong: string[] = [];
  console.log(`| a unit that comes as | ${names.join(' | ')} |\n|---|${names.map(() => '---|').join('')}`);
  for (const row of TABLE) {
    const cells: string[] = [];
    for (const name of names) {
      if (!row.applies(platformByName(name))) {
        cells.push('–');
        continue;
      }
      const settings = { seed: options.seed, speed: 100, scale: options.scale ?? 1, patience: 0.1 };
      const result = await runCase(row, name, settings).catch((thrown: unknown) => String(thrown));
      cells.push(result === 'PASS' ? 'PASS' : 'FAIL');
      if (result !== 'PASS') wrong.push(`${name}, ${row.story}: ${result}`);
    }
    console.log(`| ${row.story} | ${cells.join(' | ')} |`);
  }
  for (const line of wrong) console.log(`  ${line}`);
  return wrong.length === 0;
}
