import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { parseDeviceOsVersion } from '../../../domain/device-os-version.ts';
import { StationError } from '../../../domain/failure.ts';
import type { PlatformName } from '../../../domain/platform.ts';
import type { NetworkSettings } from '../../network/network.ts';

/** Where releases come from, as `store-settings.json` in the data folder says; docs/firmware-store.md describes it. */
export type DownloadSettings = NetworkSettings & {
  /** With `{version}` and, where there is a file per platform, `{platform}`. */
  readonly releaseUrl?: string | undefined;
  /** Of a checksum file, with `{url}`, `{version}`, `{platform}`. Default: `{url}.sha256`. */
  readonly checksumUrl?: string | undefined;
};

export const SETTINGS_FILE = 'store-settings.json';

/** Reads the settings; a file that is not there is one without any. Rejects with `station/invalid-file`. */
export async function readDownloadSettings(file: string): Promise<DownloadSettings> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return {};
    throw new StationError('station/invalid-file', `${file} cannot be read.`, { cause: thrown });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new StationError('station/invalid-file', `${file} is not JSON.`, { cause });
  }
  const read = SCHEMA.safeParse(json);
  if (!read.success) throw new StationError('station/invalid-file', `${file}: ${z.prettifyError(read.error)}`);
  const { caFile, proxy, releaseUrl, checksumUrl } = read.data;
  return { proxy, releaseUrl, checksumUrl, caFile: caFile === undefined ? undefined : resolve(dirname(file), caFile) };
}

/** The addresses of a release and of its checksum. */
export type ReleaseLocation = { readonly url: URL; readonly checksumUrl: URL };

/**
 * Fills in the templates. There is no address by default: where the vendor publishes releases for lines is UNVERIFIED, and a plant
 * mirrors them anyway. Throws `station/invalid-file` naming the setting, or `request/invalid` for a version that is none.
 */
export function locateRelease(
  settings: Pick<DownloadSettings, 'releaseUrl' | 'checksumUrl'>,
  release: { readonly version: string; readonly platform: PlatformName | undefined },
): ReleaseLocation {
  const version = parseDeviceOsVersion(release.version);
  if (!version.ok) throw new StationError('request/invalid', 'A release reads like 6.2.0 or 3.2.1-p2.3, without a v.');
  const { releaseUrl, checksumUrl = '{url}.sha256' } = settings;
  if (releaseUrl === undefined) {
    const detail = `No address for releases is configured: set "releaseUrl" in ${SETTINGS_FILE} of the data folder, or say --url.`;
    throw new StationError('station/invalid-file', detail);
  }
  if (!releaseUrl.includes('{version}')) throw wrong('releaseUrl', 'has no {version} in it');
  if (releaseUrl.includes('{platform}') && release.platform === undefined) {
    throw new StationError('request/invalid', 'There is a file per platform: say which with --platform.');
  }
  const filled = (template: string): string =>
    template
      .replaceAll('{version}', encodeURIComponent(version.value))
      .replaceAll('{platform}', encodeURIComponent(release.platform ?? ''));
  const url = address('releaseUrl', filled(releaseUrl));
  return { url, checksumUrl: address('checksumUrl', filled(checksumUrl).replaceAll('{url}', url.href)) };
}

/** Whether what comes from there can be trusted to be what the server sent. */
export function isSecure(url: URL): boolean {
  return url.protocol === 'https:' || /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(url.hostname);
}

function address(setting: string, text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw wrong(setting, 'is no https address');
  if (url.username !== '' || url.password !== '') throw wrong(setting, 'holds a user name or password');
  return url;
}

function wrong(setting: string, why: string): StationError {
  return new StationError('station/invalid-file', `The setting "${setting}" ${why}.`);
}

const SCHEMA = z.strictObject({
  format: z.literal(1),
  releaseUrl: z.string().max(2000).optional(),
  checksumUrl: z.string().max(2000).optional(),
  caFile: z.string().min(1).max(1000).optional(),
  proxy: z.string().max(500).optional(),
});
