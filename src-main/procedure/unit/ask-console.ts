import { failure, type Result } from '../../domain/failure.ts';
import { type Iccid, parseIccid } from '../../domain/iccid.ts';
import type { ModuleReport } from '../../domain/module-report.ts';
import type { Ports } from '../../ports/ports.ts';
import type { ConsoleAnswer, ConsoleLetter } from '../../ports/unit-console.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import {
  isIdentityComplete,
  isModulesComplete,
  isVersionComplete,
  readIdentity,
  readModules,
  readVersion,
} from '../../protocol/console-text.ts';

/** `i` may have to power and initialise the modem before it prints anything (device-usb.md 4.4); particle-cli allows 20 s (4.7). */
const IDENTITY_MS = 25_000;
const ANSWER_MS = 5000;

export type AskOptions = {
  readonly ports: Pick<Ports, 'console'>;
  readonly signal: AbortSignal;
  readonly budget: (milliseconds: number) => number;
};

export type ConsoleIdentity = {
  readonly deviceId: string;
  readonly serialNumber: string | undefined;
  readonly imei: string | undefined;
  readonly iccid: Iccid | undefined;
};

/** The `i` command, on a unit in listening mode. Silence is `unit/no-answer`, noise `unit/garbled-answer`: both speak of the unit. */
export async function askIdentity(unit: UsbUnit, options: AskOptions): Promise<Result<ConsoleIdentity>> {
  const isComplete = (lines: readonly string[]): boolean => isIdentityComplete(lines, unit.platform.isCellular);
  const answer = await ask(unit, 'i', IDENTITY_MS, isComplete, options);
  const found = readIdentity(answer.lines);
  if (found.deviceId === undefined) return { ok: false, failure: unusable(answer) };
  const iccid = found.iccid === undefined ? undefined : parseIccid(found.iccid);
  return {
    ok: true,
    value: {
      deviceId: found.deviceId,
      serialNumber: found.serialNumber?.toUpperCase() || undefined,
      imei: found.imei || undefined,
      iccid: iccid?.ok ? iccid.value : undefined,
    },
  };
}

/** The `v` command: the Device OS version, or undefined when no usable line came. */
export async function askVersion(unit: UsbUnit, options: AskOptions): Promise<string | undefined> {
  const answer = await ask(unit, 'v', ANSWER_MS, isVersionComplete, options);
  return readVersion(answer.lines);
}

/** The `s` command: the modules as the unit lists them, with the user part's hash. Silence and noise fail as for `i`. */
export async function askModules(unit: UsbUnit, options: AskOptions): Promise<Result<readonly ModuleReport[]>> {
  const answer = await ask(unit, 's', IDENTITY_MS, isModulesComplete, options);
  const modules = readModules(answer.lines)?.modules;
  return modules === undefined ? { ok: false, failure: unusable(answer) } : { ok: true, value: modules };
}

function ask(
  unit: UsbUnit,
  letter: ConsoleLetter,
  timeoutMs: number,
  isComplete: (lines: readonly string[]) => boolean,
  { ports, signal, budget }: AskOptions,
): Promise<ConsoleAnswer> {
  return ports.console.ask(unit, letter, { timeoutMs: budget(timeoutMs), signal, isComplete });
}

function unusable(answer: ConsoleAnswer) {
  const seen = { lines: answer.lines.slice(0, 5).map((line) => line.slice(0, 120)), garbled: answer.garbled };
  if (answer.lines.length === 0 && !answer.garbled) {
    return failure('unit/no-answer', 'The console did not answer.', seen);
  }
  return failure('unit/garbled-answer', 'The console answered with something unreadable.', seen);
}
