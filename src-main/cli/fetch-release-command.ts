import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkSettings } from '../adapters/network/network.ts';
import { fetchRelease } from '../adapters/store/download/fetch-release.ts';
import { locateRelease, readDownloadSettings, SETTINGS_FILE } from '../adapters/store/download/release-location.ts';
import { failureOf, StationError } from '../domain/failure.ts';
import { networkOf } from '../open-cloud-link.ts';
import { abortOnExitSignals } from '../server/run-headless.ts';
import { platformsOf, withoutOf, withStore } from './open-store.ts';
import type { Output } from './output.ts';
import { type ReleaseCommandOptions, tellRelease } from './release-command.ts';

type FetchOptions = ReleaseCommandOptions & {
  readonly url?: string;
  readonly sha256?: string;
  readonly acceptUnverified?: boolean;
  readonly with: readonly string[];
};

/**
 * `firmware fetch-release VERSION`: downloads, verifies, adds, and deletes the download. A broken one goes on the next time; one that
 * lacked a part stays, so that the next time, with that part beside it, nothing is downloaded again.
 */
export async function fetchReleaseCommand(
  [version = '']: readonly string[],
  options: FetchOptions,
  output: Output,
): Promise<number> {
  return withStore(options, output, async ({ store, folder, data, station }) => {
    const platforms = platformsOf(options.platform);
    const without = withoutOf(options.without);
    const [platform, second] = platforms ?? [];
    const missing = options.with.find((file) => !existsSync(file));
    if (missing !== undefined) throw new StationError('store/not-found', `There is no file or folder ${missing}.`);
    const settings = await readDownloadSettings(join(data, SETTINGS_FILE));
    const releaseUrl = options.url ?? settings.releaseUrl;
    if (releaseUrl?.includes('{platform}') === true && second !== undefined) {
      throw new StationError('request/invalid', 'There is a file per platform: fetch one platform at a time.');
    }
    const fetched = await fetchRelease({
      location: locateRelease({ releaseUrl, checksumUrl: settings.checksumUrl }, { version, platform }),
      network: networkFor(settings, station === undefined ? {} : await networkOf(station)),
      sha256: options.sha256,
      acceptUnverified: options.acceptUnverified === true,
      folder: join(folder, 'downloads'),
      signal: abortOnExitSignals(),
      onProgress: progressOn(output),
    });
    let isKept = false;
    try {
      const report = await store.addRelease([fetched.path, ...options.with], {
        deviceOs: version,
        ...(platforms === undefined ? {} : { platforms }),
        without,
        origin: fetched.origin,
      });
      isKept = report.refused.some(({ failure }) => failure.code === 'store/incomplete');
      return tellRelease(report, output);
    } catch (thrown) {
      if (!(thrown instanceof StationError && thrown.code === 'store/incomplete')) throw thrown;
      isKept = true;
      const detail = `${failureOf(thrown).detail} The download is kept: say the same again with --with FILE.`;
      throw new StationError(thrown.code, detail, { cause: thrown });
    } finally {
      await (isKept ? fetched.keep() : fetched.release());
    }
  });
}

/** The store's own settings, and what they leave out as the station file has it. */
function networkFor(own: NetworkSettings, ofStation: NetworkSettings): NetworkSettings {
  const caFile = own.caFile ?? ofStation.caFile;
  // Credentials are for the proxy they stand beside, and for no other.
  return own.proxy === undefined ? { ...ofStation, caFile } : { proxy: own.proxy, caFile };
}

/** One line on a terminal, rewritten; nothing for scripts. */
function progressOn(output: Output): (doneBytes: number, totalBytes: number | undefined) => void {
  if (output.json || !process.stderr.isTTY) return () => undefined;
  return (done, total) => {
    const of = total === undefined ? '' : ` of ${(total / 1e6).toFixed(1)}`;
    process.stderr.write(`\r${(done / 1e6).toFixed(1)}${of} MB${done === total ? '\n' : ''}`);
  };
}
