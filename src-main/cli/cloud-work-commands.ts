import { type Command, InvalidArgumentError } from 'commander';
import { defaultDataFolder } from '../data-folder.ts';
import { wholeUpTo } from './cloud-policy-options.ts';
import type { CloudWorkOptions } from './open-cloud-work.ts';
import type { Output } from './output.ts';

type Setting = {
  /** Runs a command's work and keeps its exit code. */
  readonly run: (options: { readonly json?: boolean }, work: (output: Output) => Promise<number>) => Promise<void>;
};

type Given = Omit<CloudWorkOptions, 'hasOwnData'>;

/**
 * `cloud status|pending|rejected|retry|drain|verify|online`: how far the cloud is with the units of a data folder (docs/cloud-work.md).
 * What each does is in a file loaded when it is used.
 */
export function addCloudWorkCommands(cloud: Command, setting: Setting): void {
  filtered(
    record(cloud.command('status').description('how much is still to do, since when, and the states by batch')),
  ).action(act(setting, async () => (await import('./cloud-status-command.ts')).cloudStatusCommand));
  filtered(record(cloud.command('pending').description('units whose cloud work is not done, oldest first'))).action(
    act(setting, async () => (await import('./cloud-list-commands.ts')).pendingCommand),
  );
  filtered(record(cloud.command('rejected').description('units the cloud rejected, with carton and reason'))).action(
    act(setting, async () => (await import('./cloud-list-commands.ts')).rejectedCommand),
  );
  filtered(
    record(cloud.command('online').description('units that came online late, with other firmware, or not yet')),
  ).action(act(setting, async () => (await import('./cloud-list-commands.ts')).onlineCommand));
  record(cloud.command('retry').description('try a rejected unit again; the station must not be running'))
    .argument('<run>', 'the id of its run, as `cloud rejected` shows it')
    .action(async (runId: string, options: Given, command: Command) => {
      const { retryCommand } = await import('./cloud-retry-command.ts');
      await setting.run(options, (output) => retryCommand({ ...own(options, command), runId }, output));
    });
  record(cloud.command('drain').description('do the cloud work of a station that is not running, until none is left'))
    .option('--for <minutes>', 'at most so long', wholeUpTo(1, 100_000))
    .action(async (options: Given & { for?: number }, command: Command) => {
      const { drainCommand } = await import('./cloud-drain-command.ts');
      const given = { ...own(options, command), ...(options.for === undefined ? {} : { minutes: options.for }) };
      await setting.run(options, (output) => drainCommand(given, output));
    });
  filtered(
    record(cloud.command('verify').description("hold the record against the product's lists; of today when no other")),
  )
    .option('--reopen', 'do the work anew where they disagree; the station must not be running')
    .action(async (options: Given & { reopen?: boolean }, command: Command) => {
      const { verifyCloudCommand } = await import('./cloud-verify-command.ts');
      const given = { ...own(options, command), reopen: options.reopen === true };
      await setting.run(options, (output) => verifyCloudCommand(given, output));
    });
}

type Work = (options: CloudWorkOptions, output: Output) => Promise<number>;

function act(setting: Setting, load: () => Promise<Work>): (options: Given, command: Command) => Promise<void> {
  return async (options, command) => {
    const work = await load();
    await setting.run(options, (output) => work(own(options, command), output));
  };
}

function record(command: Command): Command {
  return command
    .option('--json', 'one JSON line per result')
    .option('--data <folder>', 'the data folder', defaultDataFolder())
    .option('--station <file>', 'the station file that names data folder, cloud and token');
}

function filtered(command: Command): Command {
  return command
    .option('--batch <name>', 'units of this batch')
    .option('--day <date>', 'units whose run began on this local day, YYYY-MM-DD', calendarDay);
}

/** What is given on the command line goes before what the station file says. */
function own(options: Given, command: Command): CloudWorkOptions {
  return { ...options, hasOwnData: command.getOptionValueSource('data') === 'cli' };
}

function calendarDay(text: string): string {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
  if (isDay && new Date(text).toISOString().startsWith(text)) return text;
  throw new InvalidArgumentError('a day such as 2026-11-28 is wanted');
}
