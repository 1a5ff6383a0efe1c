import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readSupplierFile } from '../../../src-main/adapters/identity/read-supplier-file.ts';
import { openZip } from '../../../src-main/adapters/store/zip-archive.ts';
import { median } from '../visit-figures.ts';
import { sampleLists } from './sample-lists.ts';

export type ListFigures = {
  readonly name: string;
  readonly lines: number;
  readonly usable: number;
  readonly unusable: number;
  readonly bytes: number;
  /** Medians over the rounds, turn by turn. */
  readonly previewMs: number;
  /** Processor time of a preview: what it would take on a computer that does nothing else. */
  readonly previewCpuMs: number;
  /** The most memory of a preview beyond what there was before, with what is waiting to be collected. */
  readonly previewMegabytes: number;
  /** Reading the same file, unpacking it if it is a spreadsheet, and cutting it into lines or rows, nothing else. */
  readonly floorMs: number;
  readonly floorCpuMs: number;
};

/** Previews lists of every kind, and does for each the least that any reader must do, in the same run. */
export async function measureLists(folder: string, lines: number, rounds: number): Promise<readonly ListFigures[]> {
  const figures: ListFigures[] = [];
  for (const { name, bytes } of sampleLists(lines)) {
    const path = join(folder, name);
    await writeFile(path, bytes);
    const preview: Cost[] = [];
    const floor: Cost[] = [];
    let counts = { usable: 0, unusable: 0 };
    let all = 0;
    for (let round = 0; round < rounds; round += 1) {
      floor.push(await timed(() => cutOnly(path, name)));
      preview.push(
        await timed(async () => {
          const file = await readSupplierFile(path, { signal: new AbortController().signal });
          counts = file.counts;
          all = file.lines.length;
        }),
      );
    }
    figures.push({
      ...{ name, lines: all, usable: counts.usable, unusable: counts.unusable, bytes: bytes.length },
      previewMs: median(preview.map(({ wallMs }) => wallMs)),
      previewCpuMs: median(preview.map(({ cpuMs }) => cpuMs)),
      previewMegabytes: median(preview.map(({ megabytes }) => megabytes)),
      floorMs: median(floor.map(({ wallMs }) => wallMs)),
      floorCpuMs: median(floor.map(({ cpuMs }) => cpuMs)),
    });
  }
  return figures;
}

/** Gives how many lines or rows there are, so that nothing of it is left out. */
async function cutOnly(path: string, name: string): Promise<number> {
  if (!name.endsWith('.xlsx')) return (await readFile(path, 'utf8')).split(/\r\n|\n|\r/).length;
  const zip = await openZip(path, name, { maxEntries: 100, maxUnpackedBytes: 2 ** 30 });
  let pieces = 0;
  for (const { path: part, read } of zip.files) {
    if (/sheet1|sharedStrings/.test(part))
      pieces += Buffer.from(await read())
        .toString('utf8')
        .split(/<row |<si>/).length;
  }
  zip.close();
  return pieces;
}

/** Without it, what an earlier round left behind counts for or against this one. Buffers are given back with the second. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  collect();
  collect();
}

type Cost = { readonly wallMs: number; readonly cpuMs: number; readonly megabytes: number };

async function timed(work: () => Promise<unknown>): Promise<Cost> {
  const inUse = (): number => {
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 1e6;
  };
  collectGarbage();
  const memoryBefore = inUse();
  let most = memoryBefore;
  const watch = setInterval(() => {
    most = Math.max(most, inUse());
  }, 10);
  const from = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  clearInterval(watch);
  return {
    wallMs: performance.now() - from,
    cpuMs: (user + system) / 1000,
    megabytes: Math.max(most, inUse()) - memoryBefore,
  };
}
