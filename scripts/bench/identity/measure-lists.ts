import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { readSupplierFile } from '../../../src-main/adapters/identity/read-supplier-file.ts';
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
  /** Reading the same file and cutting it into lines, nothing else; absent for a spreadsheet, which has none. */
  readonly floorMs?: number;
  readonly floorCpuMs?: number;
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
      floor.push(await timed(async () => (await readFile(path, 'utf8')).split(/\r\n|\n|\r/).length));
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
      ...(name.endsWith('.xlsx')
        ? {}
        : { floorMs: median(floor.map(({ wallMs }) => wallMs)), floorCpuMs: median(floor.map(({ cpuMs }) => cpuMs)) }),
    });
  }
  return figures;
}

type Cost = { readonly wallMs: number; readonly cpuMs: number };

async function timed(work: () => Promise<unknown>): Promise<Cost> {
  const from = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wallMs: performance.now() - from, cpuMs: (user + system) / 1000 };
}
