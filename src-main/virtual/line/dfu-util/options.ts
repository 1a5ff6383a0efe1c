import { EXIT, exitWith, ProgramExit, warning } from './exit.ts';

/** What the command line asks for. -1 in a match means "any". */
export type Options = {
  readonly mode: 'none' | 'version' | 'help' | 'list' | 'detach' | 'upload' | 'download';
  readonly verbosity: number;
  readonly match: UsbIdMatch;
  readonly path: string | undefined;
  readonly configuration: number;
  readonly interfaceNumber: number;
  readonly deviceNumber: number;
  /** A number, or the name of the alternate setting. */
  readonly alternate: number | string | undefined;
  readonly serial: string | undefined;
  readonly transferSize: number;
  readonly file: string | undefined;
  readonly dfuse: string | undefined;
  readonly finalReset: boolean;
  readonly wait: boolean;
};

/** IDs a unit in DFU mode must have; `IMPOSSIBLE` matches none. Run-time units are never DFU-capable here. */
export type UsbIdMatch = { readonly vendor: number; readonly product: number };

const ANY = -1;
const IMPOSSIBLE = 0x10000;

/** Long names with their letters; a name may be shortened as far as it is unique. `wait` wants a value: a slip of 0.11. */
const LONG_OPTIONS: readonly (readonly [name: string, letter: string, hasValue: boolean])[] = [
  ['help', 'h', false],
  ['version', 'V', false],
  ['verbose', 'v', false],
  ['list', 'l', false],
  ['detach', 'e', false],
  ['detach-delay', 'E', true],
  ['device', 'd', true],
  ['devnum', 'n', true],
  ['path', 'p', true],
  ['configuration', 'c', true],
  ['cfg', 'c', true],
  ['interface', 'i', true],
  ['intf', 'i', true],
  ['altsetting', 'a', true],
  ['alt', 'a', true],
  ['serial', 'S', true],
  ['transfer-size', 't', true],
  ['upload', 'U', true],
  ['upload-size', 'Z', true],
  ['download', 'D', true],
  ['reset', 'R', false],
  ['dfuse-address', 's', true],
  ['wait', 'w', true],
];
const LETTERS_WITH_VALUE = 'EdnpciaStUZDs';
const LETTERS = `hVvleRw${LETTERS_WITH_VALUE}`;

/** Reads the command line as dfu-util 0.11 does (device-usb.md 7.1). Throws ProgramExit 64 for misuse. */
export function parseOptions(argv: readonly string[]): Options {
  const { given, rest } = splitArguments(argv);
  const options: { -readonly [Key in keyof Options]: Options[Key] } = {
    mode: 'none',
    verbosity: 0,
    match: { vendor: ANY, product: ANY },
    path: undefined,
    configuration: ANY,
    interfaceNumber: ANY,
    deviceNumber: ANY,
    alternate: undefined,
    serial: undefined,
    transferSize: 0,
    file: undefined,
    dfuse: undefined,
    finalReset: false,
    wait: false,
  };
  const apply: Readonly<Record<string, (value: string) => void>> = {
    h: () => (options.mode = 'help'),
    V: () => (options.mode = 'version'),
    v: () => (options.verbosity += 1),
    l: () => (options.mode = 'list'),
    e: () => (options.mode = 'detach'),
    E: (value) => void wholeNumber('detach-delay', value),
    d: (value) => (options.match = parseUsbIds(value)),
    n: (value) => (options.deviceNumber = wholeNumber('devnum', value)),
    p: (value) => (options.path = value),
    c: (value) => (options.configuration = wholeNumber('cfg', value)),
    i: (value) => (options.interfaceNumber = wholeNumber('intf', value)),
    a: (value) => (options.alternate = parseNumber(value) ?? value),
    S: (value) => (options.serial = value.includes(',') ? value.slice(value.indexOf(',') + 1) : value),
    t: (value) => (options.transferSize = wholeNumber('transfer-size', value)),
    U: (value) => Object.assign(options, { mode: 'upload', file: value }),
    Z: (value) => void wholeNumber('upload-size', value),
    D: (value) => Object.assign(options, { mode: 'download', file: value }),
    R: () => (options.finalReset = true),
    s: (value) => (options.dfuse = value),
    w: () => (options.wait = true),
  };
  for (const { letter, value } of given) {
    apply[letter]?.(value);
    if (options.mode === 'help') return options;
  }
  const [unexpected] = rest;
  if (unexpected !== undefined) {
    throw new ProgramExit(EXIT.usage, `Error: Unexpected argument: ${unexpected}\n\n${USAGE}`);
  }
  if (options.mode === 'none' && options.dfuse !== undefined) options.mode = 'download';
  return options;
}

/** The usage text; in words of this program, only its first line is that of dfu-util. */
export const USAGE = `Usage: dfu-util [options] ...
  -h, -V, -v            help; version; more messages
  -l                    list the DFU units of the virtual line
  -d [run],vid:pid      IDs the unit must have in DFU mode (hexadecimal)
  -p path, -n number    port path of the unit; its address
  -S serial             serial string of the unit, exactly as listed
  -c, -i, -a value      configuration; interface; alternate setting by number or name
  -s address[:leave][:force][:will-reset][:mass-erase][:unprotect][:length]
                        where to write or read, and what else to do
  -D file, -U file      write the file into the unit; read the unit into a new file
  -t bytes, -R, -w      transfer size; reset at the end; wait for a unit
`;

/** An unsigned number in the way of C: 0x hexadecimal, 0 octal, else decimal. Undefined when anything else is in the text. */
export function parseNumber(text: string): number | undefined {
  if (/^0x[0-9a-f]+$/i.test(text)) return Number.parseInt(text, 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9][0-9]*$/.test(text) ? Number.parseInt(text, 10) : undefined;
}

type Given = { readonly letter: string; readonly value: string };

/** Splits like getopt_long: letters may be joined, values may follow directly, and plain arguments may stand anywhere. */
function splitArguments(argv: readonly string[]): { given: readonly Given[]; rest: readonly string[] } {
  const given: Given[] = [];
  const rest: string[] = [];
  const waiting = [...argv];
  for (let text = waiting.shift(); text !== undefined; text = waiting.shift()) {
    if (text === '--') {
      rest.push(...waiting.splice(0));
    } else if (text.startsWith('--')) {
      given.push(longOption(text.slice(2), waiting));
    } else if (text.startsWith('-') && text !== '-') {
      given.push(...letterOptions(text.slice(1), waiting));
    } else {
      rest.push(text);
    }
  }
  return { given, rest };
}

function longOption(text: string, waiting: string[]): Given {
  const equals = text.indexOf('=');
  const name = equals === -1 ? text : text.slice(0, equals);
  const exact = LONG_OPTIONS.filter(([full]) => full === name);
  const found = exact.length > 0 ? exact : LONG_OPTIONS.filter(([full]) => full.startsWith(name));
  const letters = new Set(found.map(([, letter]) => letter));
  const [option] = found;
  if (option === undefined) throw misuse(`unrecognized option '--${name}'`);
  if (letters.size > 1) {
    const possible = found.map(([full]) => `'--${full}'`).join(' ');
    throw misuse(`option '--${name}' is ambiguous; possibilities: ${possible}`);
  }
  const [full, letter, hasValue] = option;
  if (!hasValue && equals !== -1) throw misuse(`option '--${full}' doesn't allow an argument`);
  if (!hasValue) return { letter, value: '' };
  const value = equals === -1 ? waiting.shift() : text.slice(equals + 1);
  if (value === undefined) throw misuse(`option '--${full}' requires an argument`);
  return { letter, value };
}

function letterOptions(letters: string, waiting: string[]): Given[] {
  const given: Given[] = [];
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters.charAt(at);
    if (!LETTERS.includes(letter)) throw misuse(`invalid option -- '${letter}'`);
    if (!LETTERS_WITH_VALUE.includes(letter)) {
      given.push({ letter, value: '' });
      continue;
    }
    const joined = letters.slice(at + 1);
    const value = joined === '' ? waiting.shift() : joined;
    if (value === undefined) throw misuse(`option requires an argument -- '${letter}'`);
    given.push({ letter, value });
    break;
  }
  return given;
}

/**
 * `-d run-time IDs,DFU IDs`. Without a comma the IDs belong to units in run-time mode, and any unit in DFU mode matches
 * (usb-lab.md 5): that is why a station writes `-d ,vid:pid`.
 */
function parseUsbIds(text: string): UsbIdMatch {
  const comma = text.indexOf(',');
  if (comma === -1) return { vendor: ANY, product: ANY };
  const runTime = comma === 0 ? { vendor: ANY, product: ANY } : parseIdPair(text.slice(0, comma), ANY, ANY);
  return parseIdPair(text.slice(comma + 1), runTime.vendor, runTime.product);
}

function parseIdPair(text: string, vendor: number, product: number): UsbIdMatch {
  const colon = text.indexOf(':');
  if (colon === -1) return { vendor: parseId(text, vendor), product };
  return { vendor: parseId(text.slice(0, colon), vendor), product: parseId(text.slice(colon + 1), product) };
}

function parseId(text: string, otherwise: number): number {
  if (text.startsWith('*')) return ANY;
  if (text.startsWith('-')) return IMPOSSIBLE;
  const digits = /^(?:0x)?([0-9a-f]+)/i.exec(text)?.[1];
  return digits === undefined ? otherwise : Number.parseInt(digits, 16);
}

function wholeNumber(name: string, text: string): number {
  const value = parseNumber(text);
  if (value !== undefined) return value;
  const what = /^\D*$/.test(text) && text === '' ? 'No digits were found from' : 'Something went wrong with';
  throw exitWith(EXIT.usage, `${what} the argument of --${name}\n`);
}

function misuse(text: string): ProgramExit {
  return new ProgramExit(EXIT.usage, `${warning(text)}${USAGE}`);
}
