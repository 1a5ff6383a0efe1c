import type { ModuleDependency, ModuleFunction, ModuleReport } from '../domain/module-report.ts';
import { moduleFaults } from './module-reports.ts';

/**
 * What the console's `i` told. A field is undefined when its line did not come, and empty when the line came without a value:
 * a cellular unit always prints IMEI and ICCID, a Wi-Fi unit never (device-usb.md 4.3, 4.4). Values are as sent; their own
 * parsers judge them.
 */
export type ConsoleIdentity = {
  readonly deviceId: string | undefined;
  readonly serialNumber: string | undefined;
  readonly imei: string | undefined;
  readonly iccid: string | undefined;
  readonly radioVersion: string | undefined;
};

/** What the console's `s` told. */
export type ConsoleModules = {
  readonly platformId: number | undefined;
  readonly imei: string | undefined;
  readonly iccid: string | undefined;
  readonly modules: readonly ModuleReport[];
};

const MAX_VALUE = 128;
const MAX_MODULES = 64;

/**
 * True for a line that carries the Device Secret, whatever stands before it. Such a line is dropped before any caller, log or
 * record can see it.
 */
export function isSecretLine(line: string): boolean {
  return /device\s*secret/i.test(line);
}

/**
 * The line of a module list, also one cut off, with an empty text in the place of every text that is neither a module's nor the
 * modem's: firmware before 1.5 has the Device Secret among them (device-usb.md 4.5). Other lines pass unchanged.
 */
export function withoutForeignTexts(line: string): string {
  if (!line.trimStart().startsWith('{')) return line;
  return line.replace(/("(?!(?:imei|iccid|cellfw|[a-z])")[^"]*"\s*:\s*)"[^"]*(?:"|$)/g, '$1""');
}

/** Reads the answer to `i` in all its forms: three labelled lines, one sentence, or the long list. Unknown lines are ignored. */
export function readIdentity(lines: readonly string[]): ConsoleIdentity {
  return {
    deviceId: labelled(lines, /^Device ID: ?(.*)$/) ?? labelled(lines, /^Your (?:device|core) id is (.*)$/),
    serialNumber: labelled(lines, /^Serial Number: ?(.*)$/),
    imei: labelled(lines, /^IMEI: ?(.*)$/),
    iccid: labelled(lines, /^ICCID: ?(.*)$/),
    radioVersion: labelled(lines, /^Cell Radio Version: ?(.*)$/),
  };
}

/**
 * True when nothing the station needs can still follow: the ICCID line of a cellular unit came, the serial number of a Wi-Fi unit, or
 * the one-sentence form. Of a Wi-Fi unit with a secret and no serial number only silence tells the end.
 */
export function isIdentityComplete(lines: readonly string[], isCellular = true): boolean {
  const last = isCellular ? /^ICCID:/ : /^Serial Number:/;
  return lines.some((line) => last.test(line) || /^Your (?:device|core) id is /.test(line));
}

/** The Device OS version of the answer to `v`, e.g. `6.2.0`; undefined when the line did not come. */
export function readVersion(lines: readonly string[]): string | undefined {
  return labelled(lines, /^system firmware version: (\S.*)$/);
}

/** True when the answer to `v` is whole. */
export function isVersionComplete(lines: readonly string[]): boolean {
  return readVersion(lines) !== undefined;
}

/**
 * Reads the answer to `s`, leniently: slots without an image and unknown members are passed over (device-usb.md 4.5). Undefined
 * when no line is such a JSON object.
 */
export function readModules(lines: readonly string[]): ConsoleModules | undefined {
  for (const line of lines) {
    const json = parseObject(line);
    const list = json?.m;
    if (json === undefined || !Array.isArray(list)) continue;
    return {
      platformId: integer(json.p),
      imei: textValue(json.imei),
      iccid: textValue(json.iccid),
      modules: list.slice(0, MAX_MODULES).flatMap((entry: unknown) => readModule(entry) ?? []),
    };
  }
  return undefined;
}

/** True when the answer to `s` is whole. */
export function isModulesComplete(lines: readonly string[]): boolean {
  return readModules(lines) !== undefined;
}

const FUNCTION_LETTERS: ReadonlyMap<unknown, ModuleFunction> = new Map(
  Object.entries({
    n: 'none',
    r: 'resource',
    b: 'bootloader',
    m: 'monolithic',
    s: 'system-part',
    u: 'user-part',
    c: 'ncp',
    a: 'radio-stack',
  } as const),
);

const STORE_LETTERS: ReadonlyMap<unknown, ModuleReport['store']> = new Map(
  Object.entries({
    m: 'main',
    f: 'factory',
    b: 'backup',
    t: 'scratch',
  } as const),
);

function readModule(entry: unknown): ModuleReport | undefined {
  if (!isRecord(entry)) return undefined;
  const letter = entry.f;
  const version = integer(entry.v);
  if (typeof letter !== 'string' || version === undefined) return undefined;
  const which = { function: FUNCTION_LETTERS.get(letter) ?? 'none', store: STORE_LETTERS.get(entry.l) ?? 'scratch' };
  const hash = entry.u;
  const dependencies = Array.isArray(entry.d) ? entry.d.slice(0, MAX_MODULES) : [];
  return {
    ...which,
    index: integer(entry.n) ?? 0,
    version,
    faults: moduleFaults(which, integer(entry.vc) ?? 0, integer(entry.vv) ?? 0),
    dependencies: dependencies.flatMap((dependency: unknown) => readDependency(dependency) ?? []),
    ...(typeof hash === 'string' && /^[0-9a-f]{64}$/i.test(hash) ? { sha256: hash.toLowerCase() } : {}),
  };
}

function readDependency(entry: unknown): ModuleDependency | undefined {
  if (!isRecord(entry) || typeof entry.f !== 'string') return undefined;
  const version = integer(entry.v);
  if (version === undefined) return undefined;
  return { function: FUNCTION_LETTERS.get(entry.f) ?? 'none', index: integer(entry.n) ?? 0, version };
}

function labelled(lines: readonly string[], pattern: RegExp): string | undefined {
  for (const line of lines) {
    const value = pattern.exec(line)?.[1];
    if (value !== undefined) return value.trim().slice(0, MAX_VALUE);
  }
  return undefined;
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  const text = line.trim();
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  try {
    const json: unknown = JSON.parse(text);
    return isRecord(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** A whole number that fits 32 bits, given as a number or, as the console does for indexes, in decimal text. */
function integer(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 0xffffffff
    ? number
    : undefined;
}

function textValue(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, MAX_VALUE) : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
