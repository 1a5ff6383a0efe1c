/** Makes the app be the flash tool of the virtual line instead of a window. */
export const VIRTUAL_DFU_UTIL = '--virtual-dfu-util';

/**
 * The arguments that are ours: without the executable, without the app's path (which an unpacked app has), and without the switches
 * Chromium reads for itself. Electron gives all of them in `process.argv`.
 */
export function ownArguments(argv: readonly string[], isPackaged: boolean): readonly string[] {
  const afterExecutable = argv.slice(1);
  const appPath = isPackaged ? -1 : afterExecutable.findIndex((argument) => !argument.startsWith('-'));
  const given = afterExecutable.slice(appPath + 1);
  const first = given.findIndex((argument) => !isChromiumSwitch(argument));
  const own = first === -1 ? [] : given.slice(first);
  return own[0] === VIRTUAL_DFU_UTIL ? own : own.filter((argument) => !isChromiumSwitch(argument));
}

/** dfu-util's own arguments when the app is to be the virtual line's flash tool; undefined when it is to open its window. */
export function virtualDfuUtilArguments(own: readonly string[]): readonly string[] | undefined {
  if (own[0] !== VIRTUAL_DFU_UTIL) return undefined;
  return own[1] === '--' ? own.slice(2) : own.slice(1);
}

/**
 * How this app is started again as the flash tool of the virtual line. The `--` keeps Chromium's hands off dfu-util's options: it
 * reads no switches after it, and refuses no argument that looks like an address (shell/app/command_line_args.cc).
 */
export function virtualDfuUtilCommand(process: { execPath: string; argv: readonly string[] }, appPath?: string) {
  const sandbox = process.argv.includes('--no-sandbox') ? ['--no-sandbox'] : [];
  const app = appPath === undefined ? [] : [appPath];
  return { command: process.execPath, args: [...sandbox, ...app, VIRTUAL_DFU_UTIL, '--'] };
}

/**
 * Switches that are Chromium's or Electron's business. An open list would be safer to use but not to mistype in: `--sation FILE` must
 * not open a virtual line.
 */
function isChromiumSwitch(argument: string): boolean {
  return /^--(no-sandbox|inspect|remote-debugging|ozone-|enable-|disable-|force-|use-|password-store|lang|js-flags|user-data-dir)/.test(
    argument,
  );
}
