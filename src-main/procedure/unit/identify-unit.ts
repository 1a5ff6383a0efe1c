import { type DeviceId, parseDeviceId } from '../../domain/device-id.ts';
import { failure, type Result, StationError } from '../../domain/failure.ts';
import type { ModuleReport } from '../../domain/module-report.ts';
import type { Recipe } from '../../firmware/recipe.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Answer, ControlSession } from '../../ports/unit-control.ts';
import type { UsbUnit } from '../../ports/usb-bus.ts';
import type { SimIdentity, UnitIdentity } from '../facts.ts';
import { shownDeviceId } from '../unit-presence.ts';
import { askUpdateState } from '../update/ask-unit-state.ts';
import { askIdentity, askModules, askVersion } from './ask-console.ts';
import { readSimIdentity } from './read-sim-identity.ts';
import { unlessSilent } from './unless-silent.ts';

export type IdentifyOptions = {
  readonly ports: Pick<Ports, 'control' | 'console'>;
  readonly signal: AbortSignal;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly budget: (milliseconds: number) => number;
  readonly wantsSim: boolean;
  /** The recipe the unit is meant for: what its plan has to know is asked as well. */
  readonly recipe?: Recipe;
};

/**
 * Asks one unit who it is, changing nothing on it beyond listening mode. Route by what its firmware has (device-usb.md 3.1, table
 * "Which firmware supports what"): control requests since 0.8.0 (Gen 2) and 0.9.0 (Gen 3), the console before that, the
 * bootloader's descriptors in DFU mode. Fails with `unit/no-answer`, `unit/garbled-answer`, `unit/no-device-id`,
 * `unit/protected`; rejects for transport faults.
 */
export async function identifyUnit(unit: UsbUnit, options: IdentifyOptions): Promise<Result<UnitIdentity>> {
  if (unit.mode === 'dfu') return identifyByDescriptor(unit);
  return unlessSilent('unit/no-answer', () => identifyRunning(unit, options));
}

async function identifyRunning(unit: UsbUnit, options: IdentifyOptions): Promise<Result<UnitIdentity>> {
  const session = await options.ports.control.open(unit, options.signal);
  try {
    const version = await session.systemVersion();
    const deviceId = version === undefined ? undefined : await askOrStall(() => session.deviceId());
    if (version === undefined || deviceId === undefined) return await identifyByConsole(unit, options);
    return await identifyByControl(unit, session, version, deviceId, options);
  } finally {
    await session.close();
  }
}

const TOUCH_MS = 5000;

function identifyByDescriptor(unit: UsbUnit): Result<UnitIdentity> {
  const deviceId = parseDeviceId(unit.usbSerial);
  if (!deviceId.ok) {
    const detail = `The bootloader shows the serial "${unit.usbSerial}", which is no device ID (a bootloader before 0.6.0?).`;
    return { ok: false, failure: failure('unit/no-device-id', detail) };
  }
  return { ok: true, value: { ...nothingKnown(unit), deviceId: deviceId.value, route: 'dfu' } };
}

async function identifyByControl(
  unit: UsbUnit,
  session: ControlSession,
  version: string,
  reportedId: Answer<string>,
  options: IdentifyOptions,
): Promise<Result<UnitIdentity>> {
  const isProtected = await session.isProtected();
  if ('value' in isProtected && isProtected.value) {
    return {
      ok: false,
      failure: failure('unit/protected', 'Device Protection is on; it needs a signed unlock, which this line has not.'),
    };
  }
  const deviceId = agreedDeviceId(unit, 'value' in reportedId ? reportedId.value : undefined);
  if (!deviceId.ok) return deviceId;
  const serialNumber = await session.serialNumber();
  const modules = await session.modules();
  const identity: UnitIdentity = {
    ...nothingKnown(unit),
    deviceId: deviceId.value,
    serialNumber: 'value' in serialNumber ? serialNumber.value.trim().toUpperCase() || undefined : undefined,
    deviceOs: version,
    modules: 'value' in modules ? modules.value : undefined,
    ...(options.recipe === undefined ? {} : await askUpdateState(session, options.recipe)),
    route: 'control',
  };
  return withSim(identity, unit, options);
}

async function identifyByConsole(unit: UsbUnit, options: IdentifyOptions): Promise<Result<UnitIdentity>> {
  const timeoutMs = options.budget(TOUCH_MS);
  await options.ports.console.touch(unit, 28800, { timeoutMs, signal: options.signal });
  const identity = await askIdentity(unit, options);
  if (!identity.ok) return identity;
  const deviceId = agreedDeviceId(unit, identity.value.deviceId);
  if (!deviceId.ok) return deviceId;
  const modules = await askModules(unit, options);
  const sim: SimIdentity | undefined =
    identity.value.iccid === undefined
      ? undefined
      : { iccid: identity.value.iccid, imei: identity.value.imei, route: 'console', reads: 1 };
  return {
    ok: true,
    value: {
      ...nothingKnown(unit),
      deviceId: deviceId.value,
      serialNumber: identity.value.serialNumber,
      deviceOs: await askVersion(unit, options),
      modules: modules.ok ? modules.value : undefined,
      sim,
      route: 'console',
    },
  };
}

async function withSim(identity: UnitIdentity, unit: UsbUnit, options: IdentifyOptions): Promise<Result<UnitIdentity>> {
  if (!options.wantsSim || !unit.platform.isCellular) return { ok: true, value: identity };
  const sim = await readSimIdentity(unit, options);
  return sim.ok ? { ok: true, value: { ...identity, sim: sim.value } } : sim;
}

/** The device ID the unit reports, refused when it contradicts what its USB descriptor shows. */
function agreedDeviceId(unit: UsbUnit, reported: string | undefined): Result<DeviceId> {
  const shown = shownDeviceId(unit);
  const parsed = parseDeviceId(reported ?? shown ?? '');
  if (!parsed.ok)
    return { ok: false, failure: failure('unit/no-device-id', 'The unit reports no readable device ID.') };
  if (shown !== undefined && shown !== parsed.value) {
    const detail = `USB shows device ID ${shown}, the firmware says ${parsed.value}.`;
    return { ok: false, failure: failure('unit/garbled-answer', detail) };
  }
  return parsed;
}

/** A request on a channel that may not exist: firmware 0.6 to 0.7 answers the raw version but stalls INIT (device-usb.md 5.5). */
async function askOrStall<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    if (thrown instanceof StationError && thrown.evidence?.reason === 'stall') return undefined;
    throw thrown;
  }
}

function nothingKnown(
  unit: UsbUnit,
): Omit<UnitIdentity, 'deviceId' | 'route'> & { modules: readonly ModuleReport[] | undefined } {
  return { platform: unit.platform, serialNumber: undefined, deviceOs: undefined, modules: undefined, sim: undefined };
}
