import { type Command, InvalidArgumentError, Option } from 'commander';
import { addCloudPolicyOptions, wholeUpTo } from './cloud-policy-options.ts';
import type { Output } from './output.ts';

/** What every store command is given: where the store is, and how it answers. */
export type StoreOptions = {
  readonly json?: boolean;
  readonly data: string;
  /** A station file that names the data folder, unless `--data` is given too. */
  readonly station?: string;
  readonly hasOwnData: boolean;
};

/** A command: its arguments, the options it declares, where its answer goes. Resolves with the exit code. */
type Work = (args: readonly string[], options: never, output: Output) => Promise<number>;

type Setting = {
  /** Adds `--json` and `--data`. */
  readonly shared: (command: Command) => Command;
  /** Runs a command's work and keeps its exit code. */
  readonly run: (options: { readonly json?: boolean }, work: (output: Output) => Promise<number>) => Promise<void>;
};

/** `firmware add-release|fetch-release|add|pull|list|check` and `recipe …`; what each does is in a file loaded when it is used. */
export function addStoreCommands(program: Command, firmware: Command, setting: Setting): void {
  const store = (command: Command): Command =>
    setting.shared(command).option('--station <file>', 'the station file that names the data folder');
  /** Commander hands over the arguments, then the options, then the command; which options there are, each command declares. */
  const act =
    (load: () => Promise<Work>) =>
    async (...given: unknown[]): Promise<void> => {
      const command = given.at(-1) as Command;
      const args = (given.slice(0, -2) as (string | readonly string[])[]).flat();
      const options: StoreOptions = {
        ...command.opts<Omit<StoreOptions, 'hasOwnData'>>(),
        hasOwnData: command.getOptionValueSource('data') === 'cli',
      };
      await setting.run(options, async (output) => (await load())(args, options as never, output));
    };

  release(store(firmware.command('add-release').description('add a Device OS release: folders, zips, module files')))
    .argument('<path...>')
    .option('--device-os <version>', 'the release it is said to be; else by the number in its system parts')
    .action(act(async () => (await import('./release-command.ts')).addReleaseCommand));
  release(store(firmware.command('fetch-release').description('download a Device OS release and add it')))
    .argument('<version>')
    .option('--url <template>', 'where from, with {version} and {platform}; else by store-settings.json')
    .option('--sha256 <hash>', 'of the file to be downloaded; else a checksum file beside it is used')
    .option('--accept-unverified', 'take it without any checksum; the store remembers that')
    .option('--with <file>', 'a further file of the release, e.g. the SoftDevice; repeatable', collect, [])
    .action(act(async () => (await import('./fetch-release-command.ts')).fetchReleaseCommand));
  product(store(firmware.command('add').description('add a product binary, or a bundle with assets')))
    .argument('<file>')
    .action(act(async () => (await import('./product-command.ts')).addProductCommand));
  product(store(firmware.command('pull').description('add a product binary from the cloud product, by version')))
    .argument('<version>', 'the product version', productVersion)
    .action(act(async () => (await import('./product-command.ts')).pullProductCommand));
  store(firmware.command('list').description('what is in the store')).action(
    act(async () => (await import('./store-command.ts')).listStoreCommand),
  );
  store(firmware.command('check').description('read everything in the store and hold it against its hashes')).action(
    act(async () => (await import('./store-command.ts')).checkStoreCommand),
  );

  store(firmware.command('rebuild').description('make lost entries of the store anew from its objects')).action(
    act(async () => (await import('./store-command.ts')).rebuildStoreCommand),
  );

  const recipe = program.command('recipe').description('recipes made of what is in the store');
  addCloudPolicyOptions(
    store(recipe.command('make').description('make a recipe; it pins hashes and is named by its own')),
  )
    .requiredOption('--name <name>', 'one line; a recipe under a name that is there is its next version')
    .requiredOption('--platform <name>', 'e.g. boron')
    .requiredOption('--device-os <version>', 'a release in the store')
    .requiredOption('--product <number>', 'the product in the cloud', wholeNumber)
    .requiredOption('--binary <version or hash>', 'a product version, or the beginning of the SHA-256 of the binary')
    .option('--set <id>', 'the Device OS set, where the store has two of one release')
    .option('--sku <sku>', 'a product this recipe is for; repeatable', collect, [])
    .addOption(new Option('--sim <form>', 'which SIM the unit has').choices(['embedded', 'removable', 'none']))
    .option(
      '--sim-wait <ms>',
      'how long a run waits for the SIM, at most 120000; else by its kind',
      wholeUpTo(0, 120_000),
    )
    .option('--sim-must-be-active', 'no unit passes while its SIM is still being activated')
    .option('--read-sim-first', 'read the SIM before flashing')
    .option('--allow-wildcard-product-id', 'below Device OS 4.0: accept the platform ID as product ID')
    .action(act(async () => (await import('./recipe-command.ts')).makeRecipeCommand));
  store(recipe.command('list').description('all recipes, by name and version')).action(
    act(async () => (await import('./recipe-command.ts')).listRecipesCommand),
  );
  store(recipe.command('show').description('the text of a recipe'))
    .argument('<hash>')
    .action(act(async () => (await import('./recipe-command.ts')).showRecipeCommand));
  store(recipe.command('check').description('read a recipe with all its files and check it as a station would'))
    .argument('<hash>')
    .action(act(async () => (await import('./recipe-command.ts')).checkRecipeCommand));
  store(recipe.command('export').description('write a recipe and all it needs as one file'))
    .argument('<hash>')
    .argument('<file>')
    .action(act(async () => (await import('./recipe-command.ts')).exportRecipeCommand));
  store(recipe.command('import').description('take in such a file; all of it or nothing'))
    .argument('<file>')
    .action(act(async () => (await import('./recipe-command.ts')).importRecipeCommand));
}

function release(command: Command): Command {
  return command
    .option('--platform <name>', 'only this platform; repeatable', collect, [])
    .option('--without <part>', 'take the set without its radio-stack or ncp; repeatable', collect, []);
}

function product(command: Command): Command {
  return command
    .option('--product <number>', 'the product it is for', wholeNumber)
    .option('--allow-wildcard-product-id', 'below Device OS 4.0: accept the platform ID as product ID');
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a whole number above 0 is wanted');
}

function productVersion(text: string): string {
  if (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535) return text;
  throw new InvalidArgumentError('a product version is a whole number from 1 to 65535');
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
