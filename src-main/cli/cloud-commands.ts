import type { Command } from 'commander';
import { addCloudProductCommands } from './cloud-product-commands.ts';
import type { Output } from './output.ts';

export type CloudSetting = {
  /** Runs a command's work and keeps its exit code. */
  readonly run: (options: { readonly json?: boolean }, work: (output: Output) => Promise<number>) => Promise<void>;
};

/** `cloud …`: everything about the cloud that is no run. */
export function addCloudCommands(program: Command, setting: CloudSetting): void {
  const cloud = program.command('cloud').description('the product in the cloud: look at it, change it');
  addCloudProductCommands(cloud, setting);
}
