import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { ok, type Result, refuse } from '../domain/failure.ts';
import { MODULE_FUNCTIONS } from '../domain/module-report.ts';
import { PLATFORMS, platformByName } from '../domain/platform.ts';
import { parseSerialNumber } from '../domain/serial-number.ts';
import { type Sku, skusBySerialNumber } from '../domain/sku.ts';
import type { Recipe } from '../firmware/recipe.ts';
import type { UnitState } from '../firmware/unit-state.ts';
import type { UsbUnit } from '../ports/usb-bus.ts';
import { waitUntil } from '../procedure/time.ts';
import { identifyUnit } from '../procedure/unit/identify-unit.ts';
import { stopListening } from '../procedure/unit/listening-mode.ts';
import { plannedState } from '../procedure/update/ask-unit-state.ts';
import type { OpenLine } from './open-line.ts';

/**
 * Reads one unit from a file of `identify --json`: its platform, how it answered, its modules, and its assets and set-up mark where the
 * file has them. Refuses with `request/invalid` what is not such a file, or one with several units.
 */
export async function readUnitState(file: string): Promise<Result<UnitState>> {
  const invalid = (why: string): Result<never> => refuse('request/invalid', `${file} ${why}.`);
  const text = await readBounded(file);
  if (text === undefined) return invalid('cannot be read, or is too large for one unit');
  const json = parsed(text);
  if (json === undefined) {
    const [first, second] = text.split('\n').filter((line) => line.trim() !== '');
    const isSeveral = [first, second].every((line) => line !== undefined && parsed(line) !== undefined);
    return invalid(
      isSeveral ? 'holds several units; keep the line of one' : 'is not JSON as identify --json prints it',
    );
  }
  const read = REPORT.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    return invalid(`is no good answer of identify --json: its ${issue?.path.join('.') || 'form'} is wrong or missing`);
  }
  const { platform, route, serialNumber, modules, assets, isSetupDone } = read.data;
  return ok({
    platform: platformByName(platform),
    mode: route === 'dfu' ? 'dfu' : 'normal',
    modules: modules?.map(({ sizeBytes, sha256, ...module }) => ({
      ...module,
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(sha256 === undefined ? {} : { sha256 }),
    })),
    assets,
    isSetupDone,
    skus: skusOf(serialNumber),
  });
}

/**
 * Asks the unit in a slot of an open line what a plan by this recipe must know; on a virtual line it is plugged in first. Changes nothing on it. Refuses with
 * `slot/unknown`, `unit/not-in-slot` and the codes of identifyUnit; rejects for transport faults.
 */
export async function askUnitState(line: OpenLine, slot: string, recipe: Recipe): Promise<Result<UnitState>> {
  const portPath = portOf(line, slot);
  if (!portPath.ok) return portPath;
  const unit = await unitOn(line, slot, portPath.value);
  if (unit === undefined) return refuse('unit/not-in-slot', `There is no unit in slot ${slot} (${portPath.value}).`);

  const { ports } = line.built;
  const signal = AbortSignal.timeout(ASK_MS);
  const sleep = (ms: number): Promise<void> => waitUntil(undefined, signal, ms);
  const found = await identifyUnit(unit, { ports, signal, sleep, budget: (ms) => ms, wantsSim: false, recipe });
  if (unit.mode === 'normal') await stopListening(unit, ports, signal).catch(() => undefined);
  return found.ok ? ok(plannedState(found.value)) : found;
}

const REPORT_MAX_BYTES = 1024 * 1024;

/** All answers of one unit may take this long (device-usb.md 9, suggested budgets). */
const ASK_MS = 90_000;
const ARRIVE_MS = 60_000;

function portOf({ built }: OpenLine, slot: string): Result<string> {
  let found: Result<string> = refuse('slot/unknown', `There is no slot ${slot} on this line.`);
  const unsubscribe = built.station.subscribe(({ slots }) => {
    const view = slots.find((one) => one.slot === slot);
    if (view === undefined) return;
    const untaught = refuse('slot/not-learnt', `Slot ${slot} has no USB port yet.`);
    found = view.portPath === undefined ? untaught : ok(view.portPath);
  });
  unsubscribe();
  return found;
}

async function unitOn(line: OpenLine, slot: string, portPath: string): Promise<UsbUnit | undefined> {
  if (line.kind === 'real') return (await line.built.ports.bus.list()).find((unit) => unit.portPath === portPath);
  const { bench, ports } = line.built;
  const { promise: arrived, resolve } = Promise.withResolvers<UsbUnit>();
  const unsubscribe = ports.bus.subscribe((event) => {
    if (event.kind === 'arrived' && event.unit.portPath === portPath) resolve(event.unit);
  });
  try {
    await bench.plug(slot, undefined);
    return await waitUntil(arrived, AbortSignal.timeout(ARRIVE_MS)).catch(() => undefined);
  } finally {
    unsubscribe();
  }
}

async function readBounded(file: string): Promise<string | undefined> {
  try {
    return (await stat(file)).size > REPORT_MAX_BYTES ? undefined : await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}

function skusOf(serialNumber: string | undefined): readonly Sku[] {
  const serial = serialNumber === undefined ? undefined : parseSerialNumber(serialNumber);
  return serial?.ok === true ? skusBySerialNumber(serial.value) : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const NUMBER = z.int().min(0).max(0xffff);
const SHA256 = z.string().regex(/^[0-9a-f]{64}$/);
const NEED = { function: z.enum(MODULE_FUNCTIONS), index: NUMBER, version: NUMBER };

const REPORT = z.object({
  platform: z.enum(PLATFORMS.map(({ name }) => name)),
  route: z.enum(['control', 'console', 'dfu']),
  serialNumber: z.string().max(40).optional(),
  modules: z
    .array(
      z.object({
        ...NEED,
        store: z.enum(['main', 'factory', 'backup', 'scratch']),
        faults: z.array(z.enum(['integrity', 'dependencies', 'range', 'platform', 'other'])),
        dependencies: z.array(z.object(NEED)),
        sizeBytes: z.int().min(0).optional(),
        sha256: SHA256.optional(),
      }),
    )
    .max(64)
    .optional(),
  assets: z
    .array(z.object({ name: z.string(), sha256: SHA256 }))
    .max(1000)
    .optional(),
  isSetupDone: z.boolean().optional(),
});
