import { parseDeviceId } from '../domain/device-id.ts';
import { StationError } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure-codes.ts';
import type { BulkCloud, CloudDevice, CloudOptions } from '../ports/cloud.ts';
import { type AwaitedUnit, wasHeard } from './awaited-unit.ts';
import type { OnlinePace } from './online-pace.ts';

/** The cloud of one product, as a sweep reads it. */
export type ReadSetting = {
  readonly productId: number;
  readonly cloud: Pick<BulkCloud, 'device' | 'listDevices'>;
  readonly pace: Pick<OnlinePace, 'perPage' | 'parallelReads'>;
  readonly signal: AbortSignal;
};

export type ReadUnits = {
  readonly devices: ReadonlyMap<string, CloudDevice>;
  /** How many pages the list has; undefined when it was not read. */
  readonly pages: number | undefined;
};

/**
 * Devices of these units that were heard since a time, in ms since 1970. Few are read one by one; many by the list, which comes with the
 * last connection first (cloud-api.md 2.3), so that reading ends where everything further was heard earlier or never. A unit that is
 * missed, should the order be another one, is found when its time is over at the latest.
 */
export async function readHeard(
  units: readonly AwaitedUnit[],
  sinceMs: number,
  setting: ReadSetting,
): Promise<ReadUnits> {
  if (units.length <= FEW) return { devices: await readEach(units, setting), pages: undefined };
  let hasHeard = false;
  const { devices, pages } = await readList(units, setting, ({ lastHeard }) => {
    if (lastHeard === undefined) return hasHeard;
    hasHeard = true;
    return Date.parse(lastHeard) < sinceMs;
  });
  // The rows of a list may lack what the single device has (2.3).
  const vague = units.filter((unit) => {
    const device = devices.get(unit.deviceId);
    if (device === undefined) return false;
    const { lastHeard, online, firmwareVersion } = device;
    return lastHeard === undefined ? online : wasHeard(unit, lastHeard) && firmwareVersion === undefined;
  });
  return { devices: new Map([...devices, ...(await readEach(vague, setting))]), pages };
}

/** Below this many the list is not even tried. */
const FEW = 4;

/** Devices of these units as they are now, in the way that takes fewer requests. What is not in the map could not be told. */
export async function readAll(
  units: readonly AwaitedUnit[],
  pages: number | undefined,
  setting: ReadSetting,
): Promise<ReadonlyMap<string, CloudDevice | 'absent'>> {
  if (units.length <= Math.max(FEW, pages ?? 1)) return readEachOrAbsent(units, setting);
  const { devices } = await readList(units, setting, () => false);
  // Rows may move between pages (3.5): what the list did not show, or not whole, is looked for by itself.
  const rest = units.filter(({ deviceId }) => {
    const device = devices.get(deviceId);
    return device === undefined || (device.lastHeard !== undefined && device.firmwareVersion === undefined);
  });
  return new Map([...devices, ...(await readEachOrAbsent(rest, setting))]);
}

async function readEach(
  units: readonly AwaitedUnit[],
  setting: ReadSetting,
): Promise<ReadonlyMap<string, CloudDevice>> {
  const read = await readEachOrAbsent(units, setting);
  return new Map([...read].flatMap(([id, device]) => (device === 'absent' ? [] : [[id, device] as const])));
}

async function readEachOrAbsent(
  units: readonly AwaitedUnit[],
  setting: ReadSetting,
): Promise<ReadonlyMap<string, CloudDevice | 'absent'>> {
  const read = new Map<string, CloudDevice | 'absent'>();
  for (let from = 0; from < units.length; from += setting.pace.parallelReads) {
    const part = units.slice(from, from + setting.pace.parallelReads);
    const devices = await Promise.all(part.map(({ deviceId }) => readOne(deviceId, setting)));
    for (const [index, device] of devices.entries()) {
      const unit = part[index];
      if (unit !== undefined && device !== undefined) read.set(unit.deviceId, device);
    }
  }
  return read;
}

/** An answer about one unit that makes no sense is no reason to leave the others: undefined then. */
async function readOne(
  deviceId: string,
  { cloud, productId, signal }: ReadSetting,
): Promise<CloudDevice | 'absent' | undefined> {
  const parsed = parseDeviceId(deviceId);
  if (!parsed.ok) throw new StationError('audit/damaged', `A unit that is to come online has no device ID.`);
  try {
    return (await cloud.device(productId, parsed.value, inBackground(signal))) ?? 'absent';
  } catch (thrown) {
    if (thrown instanceof StationError && ABOUT_ONE.includes(thrown.code)) return undefined;
    throw thrown;
  }
}

const ABOUT_ONE: readonly FailureCode[] = ['cloud/bad-answer', 'cloud/refused', 'cloud/not-found'];

async function readList(
  units: readonly AwaitedUnit[],
  { cloud, productId, pace, signal }: ReadSetting,
  endsAt: (row: CloudDevice) => boolean,
): Promise<{ readonly devices: Map<string, CloudDevice>; readonly pages: number }> {
  const wanted = new Set(units.map(({ deviceId }) => deviceId));
  const devices = new Map<string, CloudDevice>();
  let pages = 1;
  for (let page = 1; page <= pages && devices.size < wanted.size; page += 1) {
    const query = { page, perPage: pace.perPage };
    const { rows, totalPages } = await cloud.listDevices(productId, query, inBackground(signal));
    pages = totalPages;
    for (const row of rows) {
      if (endsAt(row)) return { devices, pages };
      if (wanted.has(row.id)) devices.set(row.id, row);
    }
  }
  return { devices, pages };
}

/** Nobody at a slot waits for it. */
function inBackground(signal: AbortSignal): CloudOptions {
  return { signal, timeoutMs: 60_000, priority: 'background' };
}
