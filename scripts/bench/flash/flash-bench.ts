import { loadNow, type Machine, watchMachine } from '../machine.ts';
import { goFirst } from '../priority.ts';
import type { FlashOptions } from './flash-options.ts';
import type { FlashBenchReport } from './flash-report.ts';
import { measureInProcess } from './in-process.ts';
import { type Hear, measureInVm, type VmOutcome } from './in-vm.ts';
import { derived } from './job-figures.ts';
import type { Measured } from './measured.ts';

/**
 * Runs the chosen parts; `say` hears of every measurement as it is made. When `stop` aborts, the report is of what was measured until then.
 */
export async function flashBench(
  options: FlashOptions,
  say: (line: string) => void,
  stop: AbortSignal,
): Promise<FlashBenchReport> {
  const goesFirst = goFirst();
  const watched = watchMachine();
  const measured: Measured[] = [];
  const startedAt = performance.now();
  const hear = (one: Measured): void => {
    measured.push(one);
    say(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${lineOf(one)}`);
  };
  let inProcess: Machine | undefined;
  const all = async (): Promise<VmOutcome> => {
    await inThisProcess(options, hear);
    inProcess = watched();
    return measureInVm(options, hear);
  };
  const stopped = new Promise<VmOutcome>((resolve) => {
    const early = { missing: ['Stopped early: what follows was measured until then.'] };
    stop.addEventListener('abort', () => resolve(early), { once: true });
  });
  const vm = await Promise.race([all(), stopped]);
  return { machine: inProcess ?? watched(), loadAtEnd: loadNow(), goesFirst, options, measured: [...measured], ...vm };
}

async function inThisProcess(options: FlashOptions, hear: Hear): Promise<void> {
  const { sections, runs, scale, together } = options;
  if (!sections.includes('many') && !sections.includes('current')) return;
  for (let run = 1; run <= runs; run += 1) {
    for (const count of sections.includes('many') ? together.inProcess : [1]) {
      if (count > 1 && run > MANY_ROUNDS) continue;
      await measureInProcess({ platform: 'boron', together: count, scale }, hear);
    }
    if (!sections.includes('many') || run > MANY_ROUNDS) continue;
    await measureInProcess({ platform: 'boron', together: together.behindHubs, scale, isBehindHubs: true }, hear);
  }
}

/** Each gives as many figures as there are units. */
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
