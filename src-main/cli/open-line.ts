import { type BuiltStation, buildStation } from '../build-station.ts';
import { type BuiltVirtualStation, buildVirtualStation, type VirtualStationOptions } from '../build-virtual-station.ts';
import { failure, type Result } from '../domain/failure.ts';
import { type PlatformName, platformByName } from '../domain/platform.ts';
import { EXIT, type Output } from './output.ts';

/** The options that say which line a command is about. */
export type LineOptions = {
  readonly data: string;
  readonly hasOwnData: boolean;
  readonly virtual?: string;
  readonly station?: string;
  readonly batch?: string;
  readonly speed: string;
  readonly scale: string;
  readonly fault: readonly string[];
  /** Virtual line: ports of each hub between the computer and the slots; without it there are no hubs. */
  readonly hubPorts?: string;
  /** How a virtual line's flash tool is started; the window gives it, the command line does not need to. */
  readonly dfuUtil?: VirtualStationOptions['dfuUtil'];
};

export type OpenLine =
  | { readonly kind: 'virtual'; readonly built: BuiltVirtualStation }
  | { readonly kind: 'real'; readonly built: BuiltStation };

/** Opens the line a command is about, or says why not and gives the exit code. */
export async function openLine(options: LineOptions, output: Output): Promise<OpenLine | { readonly exit: number }> {
  if (options.station !== undefined) {
    // The station file names the data folder; --data given on the command line overrides it.
    const data = options.hasOwnData ? options.data : undefined;
    const built = await buildStation(options.station, { data, batch: options.batch });
    return built.ok ? { kind: 'real', built: built.value } : { exit: output.failed(built.failure) };
  }
  const platforms = parsePlatforms(options.virtual ?? '');
  const speed = Number(options.speed);
  const scale = Number(options.scale);
  if (!platforms.ok || !(speed > 0 && speed <= 1000) || !(scale > 0 && scale <= 1)) {
    const asked = platforms.ok
      ? failure('request/invalid', '--speed is a number from above 0 to 1000, --scale from above 0 to 1.')
      : platforms.failure;
    output.failed(asked);
    return { exit: EXIT.misuse };
  }
  const built = await buildVirtualStation({
    platforms: platforms.value,
    data: options.data,
    speed,
    scale,
    faults: options.fault,
    cloudPolicy: RIDES_OUTAGES,
    ...(options.hubPorts === undefined ? {} : { hubPorts: Number(options.hubPorts) }),
    ...(options.batch === undefined ? {} : { batch: options.batch }),
    ...(options.dfuUtil === undefined ? {} : { dfuUtil: options.dfuUtil }),
  });
  if (built.ok) return { kind: 'virtual', built: built.value };
  const exit = output.failed(built.failure);
  return { exit: built.failure.code === 'request/invalid' ? EXIT.misuse : exit };
}

/** As `recipe make` writes it: a cloud that is away holds no unit up. */
const RIDES_OUTAGES = { waitMs: 10_000, finishLater: true };

/** `electron,boron,b5som` as platforms; at least one. */
export function parsePlatforms(text: string): Result<readonly PlatformName[]> {
  const names = text
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const unknown = names.find((name) => platformByName(name) === undefined);
  if (names.length === 0 || unknown !== undefined) {
    const why =
      unknown === undefined
        ? 'Say --virtual with platforms, or --station with a file.'
        : `There is no platform ${unknown}.`;
    return { ok: false, failure: failure('request/invalid', why) };
  }
  return { ok: true, value: names as PlatformName[] };
}
