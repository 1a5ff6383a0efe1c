import { parseArgs } from 'node:util';

/** The parts of the bench, in the order they run. */
export const SECTIONS = ['fresh', 'current', 'app', 'peers', 'many'] as const;
export type Section = (typeof SECTIONS)[number];

export type FlashOptions = {
  readonly sections: readonly Section[];
  /** How often each job is done; every figure is a median of these. */
  readonly runs: number;
  /** Share of the realistic module sizes. */
  readonly scale: number;
  /** Units at once in the virtual machine, and in this process. */
  readonly together: { readonly vm: number; readonly inProcess: readonly number[]; readonly behindHubs: number };
  /** Virtual machines at the same time, 1 or 2. */
  readonly machines: 1 | 2;
  readonly json: boolean;
};

export const FLASH_USAGE = `Usage: npm run bench -- flash [OPTIONS]
  --only PART       fresh, current, app, peers or many; several with commas (default: all)
  --runs N          how often each job is done (default 5)
  --one-machine     one virtual machine after the other, where two at once are too much for the computer
  --quick           small modules, each job once: to see that it works, not for figures
  --json            every figure of every run as one JSON value, instead of tables`;

/** The options, or `help`, or what is wrong with them. */
export function readFlashOptions(args: readonly string[]): FlashOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        runs: { type: 'string' },
        'one-machine': { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return 'help';
    const wanted = values.only?.split(',').map((name) => name.trim()) ?? SECTIONS;
    const unknown = wanted.find((name) => !SECTIONS.some((section) => section === name));
    if (unknown !== undefined) return `There is no part ${unknown}: choose from ${SECTIONS.join(', ')}.`;
    const runs = Number(values.runs ?? (values.quick ? 1 : 5));
    if (!Number.isInteger(runs) || runs < 1 || runs > 64) return '--runs is a whole number from 1 to 64.';
    return {
      sections: SECTIONS.filter((section) => wanted.includes(section)),
      runs,
      scale: values.quick ? 0.1 : 1,
      together: values.quick
        ? { vm: 2, inProcess: [1, 4], behindHubs: 4 }
        : { vm: 8, inProcess: [1, 8, 16], behindHubs: 8 },
      machines: values['one-machine'] ? 1 : 2,
      json: values.json,
    };
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}
