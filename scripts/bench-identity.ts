/**
 * `node scripts/run.mjs scripts/bench-identity.ts`: how long a supplier's list takes to preview, against the least any reader must do,
 * and how long a look-up in a large identity book takes. docs/identity-book.md says what the figures mean.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { measureBook } from './bench/identity/measure-book.ts';
import { measureLists } from './bench/identity/measure-lists.ts';
import { watchMachine } from './bench/machine.ts';

const USAGE = `Usage: node scripts/run.mjs scripts/bench-identity.ts [OPTIONS]
  --lines N     lines of each list (default 100000)
  --rounds N    previews of each list (default 5)
  --units N     units in the book (default 1000000; 0: no book)
  --json        one JSON line`;

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    units: { type: 'string', default: '1000000' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [lines, rounds, units] = [Number(values.lines), Number(values.rounds), Number(values.units)];
if (values.help || ![lines, rounds].every((one) => Number.isInteger(one) && one > 0) || !Number.isInteger(units)) {
  console.error(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else {
  const folder = mkdtempSync(path.join(tmpdir(), 'linewright-bench-identity-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const say = (text: string): void => {
    if (!values.json) console.error(text);
  };
  const watched = watchMachine();
  const lists = await measureLists(folder, lines, rounds);
  const book = units > 0 ? measureBook(folder, units, say) : undefined;
  const machine = watched();
  if (values.json) console.log(JSON.stringify({ lists, book, machine }));
  else {
    console.log(`${machine.at.slice(0, 16)}Z on ${machine.processors}, ${machine.system}, Node ${machine.node}.`);
    console.log(
      `Load ${machine.load.before.toFixed(1)} before, ${machine.load.after.toFixed(1)} after. Medians of ${rounds}.\n`,
    );
    for (const list of lists) {
      const {
        name,
        lines: all,
        usable,
        unusable,
        previewMs,
        previewCpuMs,
        previewMegabytes,
        floorMs,
        floorCpuMs,
      } = list;
      console.log(`${name}: ${all} lines, ${usable} to use, ${unusable} not`);
      console.log(
        `  preview ${previewMs.toFixed(0)} ms, ${previewCpuMs.toFixed(0)} ms of processor, ${previewMegabytes.toFixed(0)} MB of memory at most`,
      );
      const ratio = `${(previewMs / floorMs).toFixed(1)} x, ${(previewCpuMs / floorCpuMs).toFixed(1)} x by processor`;
      console.log(
        `  ${name.endsWith('.xlsx') ? 'unpacking and cutting into rows' : 'reading and cutting into lines'} ${floorMs.toFixed(0)} ms, ${floorCpuMs.toFixed(0)} ms of processor: ${ratio}`,
      );
    }
    if (book !== undefined) {
      const { median, p99, worst } = book.lookUpMs;
      const rate = Math.round(book.units / (book.importMs / 1000));
      console.log(
        `\nBook of ${book.units} units: filled in ${(book.importMs / 1000).toFixed(1)} s (${rate} units a second);`,
      );
      console.log(
        `a look-up takes ${(median * 1000).toFixed(0)} us, 99 % within ${(p99 * 1000).toFixed(0)} us, the worst of ${book.lookUps} ${worst.toFixed(2)} ms.`,
      );
    }
  }
}
