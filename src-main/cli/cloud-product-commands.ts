import { type Command, InvalidArgumentError } from 'commander';
import type { SectionName } from '../domain/product-view.ts';
import type { CloudSetting } from './cloud-commands.ts';
import { wholeUpTo } from './cloud-policy-options.ts';
import type { ProductOptions } from './open-product.ts';

type Given = ProductOptions & Readonly<Record<string, unknown>>;
/** What a command asks for, made of its arguments and options. */
type Wish = (args: readonly string[], options: Given) => Readonly<Record<string, unknown>>;

/**
 * `cloud product|team|devices|…`: a product of the cloud as a supervisor sees it, and the changes to it (docs/cloud-product.md). What each
 * does is in a file loaded when it is used.
 */
export function addCloudProductCommands(cloud: Command, setting: CloudSetting): void {
  addLooks(cloud, setting);
  addDeviceChanges(cloud, setting);
  addSims(cloud, setting);
  addGroups(cloud, setting);
  addFirmware(cloud, setting);
}

function addLooks(cloud: Command, setting: CloudSetting): void {
  const look = (name: string, about: string, section: SectionName, wish: Wish = () => ({})): Command =>
    shared(cloud.command(name).description(about)).action(view(setting, section, wish));
  look('product', 'name, platform, what is released, what to mind', 'product');
  look('team', 'people and programs that may use the product', 'team');
  paged(
    look('devices', 'units, last heard first', 'devices', ([text], { page, perPage, group }) => {
      return { text, page, perPage, group };
    }),
  )
    .argument('[text]', 'part of a device ID, serial number or name')
    .option('--group <name>', 'only units of this group');
  look('device', 'all the cloud tells of one unit', 'device', ([deviceId]) => ({ deviceId })).argument('<device-id>');
  look('denied', 'units in quarantine and denied ones', 'denied');
  paged(
    look('sims', 'SIMs and what they used', 'sims', ([text], { page, perPage }) => ({ text, page, perPage })),
  ).argument('[text]', 'part of an ICCID, device ID or device name');
  look('locks', 'units that follow no release: locked ones and those in development', 'locks');
  look('customers', 'how many customers the product has', 'customers');
  look('limits', 'how full the product is', 'limits', (_args, { planDevices }) => ({ planDevices })).option(
    '--plan-devices <number>',
    'how many units the plan allows; the cloud does not tell',
    wholeUpTo(1, 9_999_999),
  );
  shared(cloud.command('events').description('live events, until Ctrl-C'))
    .option('--prefix <text>', 'only events whose name begins so, such as spark/status')
    .option('--seconds <number>', 'only for so long', wholeUpTo(1, 86_400))
    .action(async (options: Given) => {
      const { followEventsCommand } = await import('./product-view-command.ts');
      await setting.run(options, (output) => followEventsCommand(options, output));
    });
}

function addDeviceChanges(cloud: Command, setting: CloudSetting): void {
  const unit = (name: string, about: string, wish: Wish = () => ({})): Command =>
    shared(cloud.command(name).description(about))
      .argument('<device-id>')
      .action(change(setting, name, ([deviceId], options) => ({ deviceId, ...wish([], options) })));
  confirmable(unit('approve', 'let a unit out of quarantine; activates its SIM'));
  unit('deny', 'keep a unit in quarantine out');
  unit('claim', 'make a unit of the product somebody’s', (_args, { user }) => ({ user })).option(
    '--user <e-mail>',
    'a member of the team; else who signs in',
  );
  confirmable(unit('unclaim', 'take a unit from its owner; its SIM stays'));
  confirmable(unit('remove', 'take a unit out of the product; unclaim it first'));
  unit('describe', 'name, notes, groups, development mark', (_args, { name, notes, group, development }) => {
    return { name, notes, groups: group, isDevelopment: development };
  })
    .option('--name <name>')
    .option('--notes <text>')
    .option('--group <name>', 'in place of the groups it has; repeatable', collect)
    .option('--development', 'no firmware is sent to it')
    .option('--no-development', 'firmware is sent to it');
}

function addSims(cloud: Command, setting: CloudSetting): void {
  const sim = cloud.command('sim').description('one SIM of the product');
  shared(sim.command('show').description('its state and its usage by day'))
    .argument('<iccid>')
    .action(view(setting, 'sim', ([iccid]) => ({ iccid })));
  const card = (name: string, about: string): Command =>
    confirmable(shared(sim.command(name).description(about)))
      .argument('<iccid>')
      .action(change(setting, `${name}-sim`, ([iccid]) => ({ iccid })));
  card('activate', 'import it into the product, which activates it');
  card('deactivate', 'switch it off');
  card('reactivate', 'switch it on again');
  card('release', 'switch it off and give it up');
}

function addGroups(cloud: Command, setting: CloudSetting): void {
  const groups = cloud.command('groups').description('the groups of the product');
  shared(groups.command('list', { isDefault: true }).description('each group, and what is released to it')).action(
    view(setting, 'groups', () => ({})),
  );
  shared(groups.command('create').description('make a group'))
    .argument('<name>')
    .option('--description <text>')
    .action(change(setting, 'create-group', ([group], { description }) => ({ group, description })));
  confirmable(shared(groups.command('delete').description('delete a group; its units leave it')))
    .argument('<name>')
    .action(change(setting, 'delete-group', ([group]) => ({ group })));
}

function addFirmware(cloud: Command, setting: CloudSetting): void {
  const firmware = cloud.command('firmware').description('product firmware in the cloud');
  shared(firmware.command('list').description('every uploaded version, and where it is released')).action(
    view(setting, 'firmware', () => ({})),
  );
  shared(firmware.command('upload').description('upload a product binary; releases nothing'))
    .argument('<file>')
    .argument('<version>', 'the version that is compiled in', productVersion)
    .option('--title <text>', 'else the name of the file')
    .option('--description <text>')
    .action(async (...given: unknown[]) => {
      const { args, options } = parts(given);
      const { uploadFirmwareCommand } = await import('./change-product-command.ts');
      await setting.run(options, (output) => uploadFirmwareCommand(args, options, output));
    });
  confirmable(shared(firmware.command('release').description('send a version to all units, or to groups')))
    .argument('<version>', '', productVersion)
    .option('--default', 'to every unit that nothing more special holds for')
    .option('--group <name>', 'to this group; repeatable', collect)
    .option('--now', 'units that are online load it at once')
    .action(
      change(setting, 'release-firmware', ([version], { default: productDefault, group, now }) => {
        return { version: Number(version), productDefault, groups: group, immediately: now };
      }),
    );
  confirmable(shared(firmware.command('delete').description('delete a version that was never released')))
    .argument('<version>', '', productVersion)
    .action(change(setting, 'delete-firmware', ([version]) => ({ version: Number(version) })));
  shared(firmware.command('lock').description('keep a unit at a version, whatever is released'))
    .argument('<version>', '', productVersion)
    .argument('<device-id>')
    .option('--now', 'load it at once, if the unit is online')
    .action(
      change(setting, 'lock', ([version, deviceId], { now }) => {
        return { version: Number(version), deviceId, flash: now === true ? 'now' : 'on-reset' };
      }),
    );
  shared(firmware.command('unlock').description('let a unit follow the releases again'))
    .argument('<device-id>')
    .action(change(setting, 'unlock', ([deviceId]) => ({ deviceId })));
}

function view(setting: CloudSetting, section: SectionName, wish: Wish) {
  return async (...given: unknown[]): Promise<void> => {
    const { args, options } = parts(given);
    const { viewProductCommand } = await import('./product-view-command.ts');
    await setting.run(options, (output) => viewProductCommand(section, wish(args, options), options, output));
  };
}

function change(setting: CloudSetting, action: string, wish: Wish) {
  return async (...given: unknown[]): Promise<void> => {
    const { args, options } = parts(given);
    const { changeProductCommand } = await import('./change-product-command.ts');
    await setting.run(options, (output) => changeProductCommand({ action, ...wish(args, options) }, options, output));
  };
}

/** Commander hands over the arguments, then the options, then the command. */
function parts(given: readonly unknown[]): { readonly args: readonly string[]; readonly options: Given } {
  const command = given.at(-1) as Command;
  return { args: given.slice(0, -2) as string[], options: command.opts<Given>() };
}

function shared(command: Command): Command {
  return command
    .option('--json', 'one JSON line per result')
    .requiredOption('--station <file>', 'the station file that names the cloud and the token (docs/station-file.md)')
    .option('--product <number>', 'one of the station’s products, where it has several', wholeUpTo(1, 9_999_999))
    .option(
      '--sign-in <user>',
      'in the name of this supervisor; the password is asked for, or read from standard input',
    );
}

function confirmable(command: Command): Command {
  return command.option('--yes', 'do it, although it costs money or cannot be undone');
}

function paged(command: Command): Command {
  return command
    .option('--page <number>', 'from 1', wholeUpTo(1, 100_000))
    .option('--per-page <number>', 'rows of a page, at most 100', wholeUpTo(1, 100));
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function productVersion(text: string): string {
  if (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535) return text;
  throw new InvalidArgumentError('a product version is a whole number from 1 to 65535');
}
