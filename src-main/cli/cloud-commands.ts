import type { Command } from 'commander';
import type { CloudCheckOptions } from './cloud-check-command.ts';
import { addCloudProductCommands } from './cloud-product-commands.ts';
import { addCloudWorkCommands } from './cloud-work-commands.ts';
import type { Output } from './output.ts';

export type CloudSetting = {
  /** Runs a command's work and keeps its exit code. */
  readonly run: (options: { readonly json?: boolean }, work: (output: Output) => Promise<number>) => Promise<void>;
};

/** `cloud …`: everything about the cloud that is no run. */
export function addCloudCommands(program: Command, setting: CloudSetting): void {
  const cloud = program.command('cloud').description('the product in the cloud: look at it, change it');
  addCheck(cloud, setting);
  addCloudWorkCommands(cloud, setting);
  addCloudProductCommands(cloud, setting);
}

function addCheck(cloud: Command, setting: CloudSetting): void {
  cloud
    .command('check')
    .description('what is between this station and the cloud: proxy, name, connection, clock, rights, products')
    .requiredOption('--station <file>', 'the station file that names the cloud, the token and the network')
    .option('--describe', 'also the right to name and group units, for recipes that do')
    .option('--online', 'also the right to watch for units online, for recipes that do')
    .option('--json', 'one JSON line per finding')
    .action(async (options: CloudCheckOptions & { readonly json?: boolean }) => {
      const { cloudCheckCommand } = await import('./cloud-check-command.ts');
      await setting.run(options, (output) => cloudCheckCommand(options, output));
    });
}
