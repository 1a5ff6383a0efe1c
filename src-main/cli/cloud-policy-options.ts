import { type Command, InvalidArgumentError } from 'commander';
import type { CloudPolicy } from '../domain/cloud-policy.ts';

/** What `recipe make` is told of the cloud, as commander hands it over. */
export type CloudPolicyOptions = {
  readonly cloudWait: number;
  readonly finishLater: boolean;
  readonly claimUser?: string;
  readonly nameBySerialNumber?: boolean;
  readonly group: readonly string[];
  readonly onlineWithin?: number;
};

/** Adds the options. A new recipe waits ten seconds for the cloud and leaves the rest for later, so that an outage stops no line. */
export function addCloudPolicyOptions(command: Command): Command {
  return command
    .option('--cloud-wait <ms>', 'how long a run waits for the cloud, at most 120000', wholeUpTo(0, 120_000), 10_000)
    .option('--no-finish-later', 'no unit passes before the cloud has it')
    .option('--claim-user <e-mail>', 'who is to own the units; without it they stay unclaimed, as they should')
    .option('--name-by-serial-number', 'call each unit by its serial number in the product')
    .option('--group <name>', 'put each unit into this group, {batch} is its batch; repeatable', collect, [])
    .option(
      '--online-within <hours>',
      'record when each unit first came online, and list those that did not',
      wholeUpTo(1, 720),
    );
}

/** The policy these options mean; whether its texts are legal is checked with the recipe. */
export function cloudPolicyOf(options: CloudPolicyOptions): CloudPolicy {
  const { cloudWait, finishLater, claimUser, nameBySerialNumber, group, onlineWithin } = options;
  return {
    waitMs: cloudWait,
    finishLater,
    ...(claimUser === undefined ? {} : { claimUser }),
    ...(nameBySerialNumber === true ? { name: 'serial-number' } : {}),
    ...(group.length === 0 ? {} : { groups: [...new Set(group)] }),
    ...(onlineWithin === undefined ? {} : { online: { withinHours: onlineWithin } }),
  };
}

/** Reads a whole number of this range off the command line. */
export function wholeUpTo(least: number, most: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,7}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`a whole number from ${least} to ${most} is wanted`);
  };
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
