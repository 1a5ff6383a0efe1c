import { loadNow, watchMachine } from '../machine.ts';
import type { FlashOptions } from './flash-options.ts';
import type { FlashBenchReport } from './flash-report.ts';
import { measureInProcess } from './in-process.ts';
import { measureInVm } from './in-vm.ts';
import { derived } from './job-figures.ts';
import type { Measured } from './measured.ts';

/** Runs the chosen parts; `say` hears of every measurement as it is made. */
export async function flashBench(options: FlashOptions, say: (line: string) => void): Promise<FlashBenchReport> {
  const watched = watchMachine();
  const measured: Measured[] = [];
  const startedAt = performance.now();
  const hear = (one: Measured): void => {
    measured.push(one);
    say(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${lineOf(one)}`);
  };
  const { sections, runs, scale, together } = options;
  if (sections.includes('many') || sections.includes('current')) {
    for (let run = 1; run <= runs; run += 1) {
      for (const count of sections.includes('many') ? together.inProcess : [1]) {
        if (count > 1 && run > MANY_ROUNDS) continue; // each round gives as many figures as there are units
        await measureInProcess({ platform: 'boron', together: count, scale }, hear);
      }
    }
  }
  const inProcess = watched();
  const vm = await measureInVm(options, hear);
  return { machine: inProcess, loadAtEnd: loadNow(), options, measured, ...vm };
}

const MANY_ROUNDS = 2;

function lineOf({ where, doer, platform, task, together, job, toolMs }: Measured): string {
  const { busyMs } = derived(job);
  const visit =
    busyMs === 0 ? 'no visit' : `wall ${seconds(job.wallMs)}, wall/busy ${(job.wallMs / busyMs).toFixed(3)}`;
  const units = together === 1 ? '' : ` ${together} x`;
  return `${where}${units} ${platform}, ${task}: ${doer}: ${visit}, tool ${seconds(toolMs)}`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(2);
}
