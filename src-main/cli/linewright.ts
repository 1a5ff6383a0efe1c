import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { APP_VERSION } from '../build-station.ts';
import { defaultDataFolder } from '../data-folder.ts';
import { DEFAULT_VIRTUAL_LINE } from '../default-line.ts';
import type { Outcome } from '../domain/outcome.ts';
import { addCloudCommands } from './cloud-commands.ts';
import { inspectCommand } from './firmware-command.ts';
import { addIdentityCommands } from './identity-commands.ts';
import { labelCommand } from './label-command.ts';
import type { LineOptions } from './open-line.ts';
import { createOutput, EXIT, type Output } from './output.ts';
import { addStoreCommands } from './store-commands.ts';
import type { VirtualCloudCommandOptions } from './virtual-cloud-command.ts';

/*
 * The command line. Each command's work is in a file of its own, loaded when it is used, so that `label` does not wait for SQLite.
 * Exit codes: 0 every outcome is PASS (or the check holds), 1 not, 2 misuse.
 */

type Shared = { readonly json?: boolean; readonly data: string };
type Filters = {
  readonly batch?: string;
  readonly day?: string;
  readonly outcome?: Outcome;
  readonly limit?: number;
};
type Line = Omit<LineOptions, 'hasOwnData'> & { readonly json?: boolean };

const program = new Command('linewright')
  .description('Station software of a manufacturing line for Particle cellular devices')
  .version(APP_VERSION)
  .exitOverride()
  .showHelpAfterError()
  .configureHelp({ sortSubcommands: false });

let exitCode: number = EXIT.good;

const shared = (command: Command): Command =>
  command
    .option('--json', 'one JSON line per result')
    .option('--data <folder>', 'the data folder', defaultDataFolder());

const line = (command: Command): Command =>
  shared(command)
    .addOption(
      new Option('--virtual <platforms>', `a virtual line: one unit each of e.g. ${DEFAULT_VIRTUAL_LINE}`).conflicts(
        'station',
      ),
    )
    .option('--station <file>', 'real hardware and a real cloud, by a station file (docs/station-file.md)')
    .option('--batch <name>', 'the batch the runs belong to')
    .option('--speed <times>', 'virtual line: how many times faster than real chips', upTo(1000), '1')
    .option('--scale <share>', 'virtual line: share of the realistic module sizes, above 0 to 1', upTo(1), '1')
    .option(
      '--hub-ports <number>',
      'virtual line: hubs of so many ports between the computer and the slots',
      atLeastOneText,
    )
    .option(
      '--fault <slot:name>',
      'virtual line: a fault of the unit in a slot, or cloud:name; repeatable',
      collect,
      [],
    );

line(
  program.command('run').description('build units without a screen; with --station, labels come from standard input'),
)
  .option('--full', 'as QA flashes: write everything, also what the unit already holds')
  .action(async (options: Line & { full?: boolean }, command: Command) => {
    const { runCommand } = await import('./line-commands.ts');
    exitCode = await runCommand({ ...lineOptions(options, command), full: options.full === true }, output(options));
  });

line(program.command('identify').description('ask every unit that is plugged in who it is; changes nothing')).action(
  async (options: Line, command: Command) => {
    const { identifyCommand } = await import('./line-commands.ts');
    exitCode = await identifyCommand(lineOptions(options, command), output(options));
  },
);

line(program.command('plan').description('show what a recipe would do to a unit, step by step; does none of it'))
  .requiredOption('--unit <unit>', 'a slot of the line, or a file with one unit as identify --json prints it')
  .requiredOption('--recipe <recipe>', 'a recipe file, or the beginning of the hash of a recipe in the store')
  .option('--full', 'as QA flashes: nothing skipped, nothing compared')
  .action(async (options: Line & { unit: string; recipe: string; full?: boolean }, command: Command) => {
    const { planCommand } = await import('./plan-command.ts');
    const { unit, recipe, full = false } = options;
    exitCode = await planCommand({ ...lineOptions(options, command), unit, recipe, full }, output(options));
  });

shared(program.command('label').description('what a scanned text is; `-` reads it from standard input'))
  .argument('<text>')
  .action(async (text: string, options: Shared) => {
    exitCode = labelCommand(text === '-' ? await firstLine() : text, output(options));
  });

const firmware = program.command('firmware').description('firmware module files');
shared(firmware.command('inspect').description('parse and check a module binary'))
  .argument('<file>')
  .action(async (file: string, options: Shared) => {
    exitCode = await inspectCommand(file, output(options));
  });
addStoreCommands(program, firmware, {
  shared,
  run: async (options, work) => {
    exitCode = await work(output(options));
  },
});

addCloudCommands(program, {
  run: async (options, work) => {
    exitCode = await work(output(options));
  },
});

addIdentityCommands(program, {
  shared,
  run: async (options, work) => {
    exitCode = await work(output(options));
  },
});

const slots = program.command('slots').description('the slots of a line: USB ports and health');
line(
  slots
    .command('list')
    .description('each slot with its port, who said so, and its health; also beside a running station'),
).action(async (options: Line, command: Command) => {
  const { listSlotsCommand } = await import('./slots-command.ts');
  exitCode = await listSlotsCommand(lineOptions(options, command), output(options));
});
line(slots.command('learn').description('teach the slots their USB ports: a unit into one after the other'))
  .argument('[slot]', 'one slot only')
  .action(async (slot: string | undefined, options: Line, command: Command) => {
    const { learnSlotsCommand } = await import('./learn-slots.ts');
    exitCode = await learnSlotsCommand(lineOptions(options, command), slot, output(options));
  });
line(slots.command('forget').description('drop what a slot, or every slot, was taught'))
  .argument('[slot]', 'one slot only')
  .action(async (slot: string | undefined, options: Line, command: Command) => {
    const { forgetSlotsCommand } = await import('./slots-command.ts');
    exitCode = await forgetSlotsCommand(lineOptions(options, command), slot, output(options));
  });

const audit = program.command('audit').description('the record of everything that was done');
shared(audit.command('verify').description('walk the whole chain; exit 0 only when it is intact')).action(
  async (options: Shared) => {
    const { verifyCommand } = await import('./record-commands.ts');
    exitCode = verifyCommand(options.data, output(options));
  },
);
filtered(shared(audit.command('export').description('a day or a batch as CSV or JSON Lines, oldest first')))
  .addOption(new Option('--format <format>', 'csv or jsonl').choices(['csv', 'jsonl']).default('csv'))
  .option('--out <file>', 'a new file; standard output when absent')
  .action(async (options: Shared & Filters & { format: 'csv' | 'jsonl'; out?: string }) => {
    const { exportCommand, queryOf } = await import('./record-commands.ts');
    const to = { format: options.format, file: options.out };
    exitCode = await exportCommand(options.data, queryOf(options), to, output(options));
  });

filtered(shared(program.command('runs').description('find runs by any identifier, newest first')))
  .argument('[text]', 'serial number, device ID, ICCID, IMEI or run id, or the last six or more characters of one')
  .action(async (text: string | undefined, options: Shared & Filters) => {
    const { runsCommand, queryOf } = await import('./record-commands.ts');
    exitCode = runsCommand(options.data, { ...queryOf(options), text }, output(options));
  });

line(program.command('serve').description('the screens in a browser, on this machine only'))
  .option('--port <number>', 'the port; a free one when absent', '0')
  .action(async (options: Line & { port: string }, command: Command) => {
    const { serveCommand } = await import('./serve-command.ts');
    exitCode = await serveCommand({ ...lineOptions(options, command), port: options.port }, output(options));
  });

shared(program.command('rehearse').description('virtual units as real USB devices of this PC (Linux, vhci-hcd, root)'))
  .option('--units <platforms>', 'one unit each', DEFAULT_VIRTUAL_LINE)
  .option('--speed <times>', 'how many times faster than real chips', upTo(1000), '1')
  .option('--fault <slot:name>', 'a fault of the unit in a slot, or cloud:name; repeatable', collect, [])
  .option('--scale <share>', 'share of the realistic module sizes, above 0 to 1', upTo(1), '1')
  .action(async (options: Shared & { units: string; speed: string; scale: string; fault: readonly string[] }) => {
    const { rehearseCommand } = await import('./rehearse-command.ts');
    exitCode = await rehearseCommand(options, output(options));
  });

program
  .command('virtual-cloud')
  .description('a Particle cloud on loopback that several stations can share')
  .option('--json', 'one JSON line per result; the first has the station token')
  .option('--port <number>', 'the port; a free one when absent', '0')
  .option('--host <address>', '127.0.0.1 or ::1', '127.0.0.1')
  .option('--seed <file>', 'products, units, users and tokens to begin with')
  .option('--state <file>', 'where everything is kept over a restart; once it exists it goes before --seed')
  .option('--clock-speed <times>', 'cloud seconds per second', '1')
  .option('--fault <name>', 'name[=value][*count][@endpoint]; repeatable', collect, [])
  .option('--chaos <share:seed>', 'random faults in this share of all requests')
  .option('--no-limits', 'no limit on how much is asked')
  .action(async (options: VirtualCloudCommandOptions & { json?: boolean }) => {
    const { virtualCloudCommand } = await import('./virtual-cloud-command.ts');
    exitCode = await virtualCloudCommand(options, output(options));
  });

try {
  await program.parseAsync();
} catch (thrown) {
  if (!(thrown instanceof CommanderError)) throw thrown;
  exitCode = thrown.exitCode === 0 ? EXIT.good : EXIT.misuse; // commander has already said what is wrong
}
process.exitCode = exitCode;

function output(options: { readonly json?: boolean }): Output {
  return createOutput(options.json === true);
}

function filtered(command: Command): Command {
  return command
    .option('--batch <name>', 'runs of this batch')
    .option('--day <date>', 'runs begun on this local day, YYYY-MM-DD')
    .addOption(new Option('--outcome <outcome>', 'runs that ended so').choices(['PASS', 'FAIL', 'ERROR', 'ABORTED']))
    .option('--limit <number>', 'at most so many', atLeastOne);
}

/** A whole number above 0, or the command was misused. */
function atLeastOne(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('a whole number above 0 is wanted');
}

function atLeastOneText(text: string): string {
  atLeastOne(text);
  return text;
}

/** A number above 0 and at most so much, or the command was misused. */
function upTo(most: number): (text: string) => string {
  return (text) => {
    if (Number(text) > 0 && Number(text) <= most) return text;
    throw new InvalidArgumentError(`a number above 0 and at most ${most} is wanted`);
  };
}

function lineOptions(options: Line, command: Command): LineOptions {
  return { ...options, hasOwnData: command.getOptionValueSource('data') === 'cli' };
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function firstLine(): Promise<string> {
  const { scannedLines } = await import('./run-units.ts');
  for await (const { text } of scannedLines(process.stdin)) return text;
  return '';
}
