import { join } from 'node:path';
import { createFirmwareStore } from '../adapters/store/firmware-store.files.ts';
import { failure, failureOf, type Result, StationError } from '../domain/failure.ts';
import { PLATFORMS, type Platform, type PlatformName, platformByName } from '../domain/platform.ts';
import type { FirmwareStore, OptionalRole } from '../ports/firmware-store.ts';
import { readStationFile, type StationFile } from '../station/station-file.ts';
import { EXIT, type Output } from './output.ts';
import type { StoreOptions } from './store-commands.ts';

export type OpenStore = {
  readonly store: FirmwareStore;
  /** The store's own folder. */
  readonly folder: string;
  readonly data: string;
  readonly station: StationFile | undefined;
};

/** Runs a command on the store of the data folder; what it throws as a StationError is its answer. */
export async function withStore(
  options: StoreOptions,
  output: Output,
  use: (open: OpenStore) => Promise<number>,
): Promise<number> {
  try {
    const station = options.station === undefined ? undefined : unwrap(await readStationFile(options.station));
    const data = station === undefined || options.hasOwnData ? options.data : station.data;
    const folder = join(data, 'store');
    return await use({ store: createFirmwareStore(folder), folder, data, station });
  } catch (thrown) {
    if (!(thrown instanceof StationError)) throw thrown;
    const exit = output.failed(failureOf(thrown));
    return thrown.code === 'request/invalid' ? EXIT.misuse : exit;
  }
}

/** Names of platforms as they were typed; none means all. */
export function platformsOf(names: readonly string[]): readonly PlatformName[] | undefined {
  return names.length === 0 ? undefined : names.map((name) => platformOf(name).name);
}

/** The platform of a name as it was typed; throws `request/invalid` with the names there are. */
export function platformOf(text: string): Platform {
  const platform = platformByName(text);
  if (platform !== undefined) return platform;
  const all = PLATFORMS.map(({ name }) => name).join(', ');
  throw new StationError('request/invalid', `There is no platform ${text}; there are ${all}.`);
}

/** Parts a set may be taken without. */
export function withoutOf(parts: readonly string[]): readonly OptionalRole[] {
  return parts.map((part) => {
    if (part === 'radio-stack' || part === 'ncp') return part;
    throw new StationError(
      'request/invalid',
      `A set can be taken without its radio-stack or ncp, not without ${part}.`,
    );
  });
}

/** A result's value, or its failure thrown. */
export function unwrap<Value>(result: Result<Value>): Value {
  if (result.ok) return result.value;
  const { code, detail, evidence } = failure(result.failure.code, result.failure.detail, result.failure.evidence);
  throw new StationError(code, detail, evidence === undefined ? {} : { evidence });
}
