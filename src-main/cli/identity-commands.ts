import { type Command, InvalidArgumentError } from 'commander';
import type { Output } from './output.ts';

/** What every command on lists and the book is given. */
export type IdentityOptions = {
  readonly json?: boolean;
  readonly data: string;
  /** A station file that names the data folder, unless `--data` is given too. */
  readonly station?: string;
  readonly hasOwnData: boolean;
};

type Work = (args: readonly string[], options: never, output: Output) => Promise<number>;

type Setting = {
  /** Adds `--json` and `--data`. */
  readonly shared: (command: Command) => Command;
  /** Runs a command's work and keeps its exit code. */
  readonly run: (options: { readonly json?: boolean }, work: (output: Output) => Promise<number>) => Promise<void>;
};

/**
 * `identity import|sync|look|conflicts` and `cloud pre-add|import-sims` (docs/identity-book.md); what each does is in a file loaded when
 * it is used.
 */
export function addIdentityCommands(program: Command, setting: Setting): void {
  const act =
    (load: () => Promise<Work>) =>
    async (...given: unknown[]): Promise<void> => {
      const command = given.at(-1) as Command;
      const args = (given.slice(0, -2) as (string | readonly string[])[]).flat();
      const options = {
        ...command.opts<Omit<IdentityOptions, 'hasOwnData'>>(),
        hasOwnData: command.getOptionValueSource('data') === 'cli',
      };
      await setting.run(options, async (output) => (await load())(args, options as never, output));
    };
  const book = (command: Command): Command =>
    setting.shared(command).option('--station <file>', 'the station file that names the data folder');

  const identity = program.command('identity').description('what suppliers say of units, for a check without network');
  book(identity.command('import').description('take supplier lists into the book: text, CSV or .xlsx'))
    .argument('<file...>')
    .option('--preview', 'only say what each line is')
    .action(act(async () => (await import('./identity-import-command.ts')).importListsCommand));
  onProduct(
    setting.shared(identity.command('sync').description('fill the book from the device list of a product')),
  ).action(act(async () => (await import('./identity-sync-command.ts')).syncBookCommand));
  book(identity.command('look').description('what the book knows of a unit; `-` reads the text from standard input'))
    .argument('<text>', 'a label, serial number, device ID, ICCID or IMEI')
    .action(act(async () => (await import('./identity-look-command.ts')).lookCommand));
  book(identity.command('conflicts').description('where lists contradict each other')).action(
    act(async () => (await import('./identity-look-command.ts')).conflictsCommand),
  );

  const cloud =
    program.commands.find((command) => command.name() === 'cloud') ??
    program.command('cloud').description('the product in the cloud');
  bulk(setting.shared(cloud.command('pre-add').description('add the units of a supplier list to a product')))
    .option('--plan-devices <number>', 'with --check: how many units the plan of the product has', wholeNumber)
    .action(act(async () => (await import('./identity-bulk-command.ts')).preAddCommand));
  bulk(
    setting.shared(cloud.command('import-sims').description('import and activate the SIMs of a supplier list')),
  ).action(act(async () => (await import('./identity-bulk-command.ts')).importSimsCommand));
}

function onProduct(command: Command): Command {
  return command
    .requiredOption('--station <file>', 'the station file that names cloud, token and products')
    .requiredOption('--product <number>', 'the product in the cloud', wholeNumber);
}

function bulk(command: Command): Command {
  return onProduct(command.argument('<file>', 'a supplier list: text, CSV or .xlsx'))
    .option('--preview', 'only say what would be done')
    .option('--check', 'with the preview: ask the product what it has already')
    .option('--yes', 'do it: SIMs are activated, and that costs money')
    .option('--resume', 'go on with the job that the result file belongs to')
    .option('--out <file>', 'the result file (CSV); its journal is kept beside it')
    .option('--per-request <number>', 'at most so many in one request', wholeNumber);
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a whole number above 0 is wanted');
}
