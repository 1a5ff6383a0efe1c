import { basename } from 'node:path';
import { StationError } from '../../domain/failure.ts';
import type { Platform } from '../../domain/platform.ts';
import type { AddReleaseOptions, OptionalRole, Origin, ReleaseReport, SetModule } from '../../ports/firmware-store.ts';
import { checkReleaseSet, partsOf } from './check-release-set.ts';
import { sweepTemporary } from './durable-file.ts';
import { putEntry } from './entries.ts';
import { putObject, type StoreFolder } from './object-folder.ts';
import { releaseFiles } from './release-files.ts';
import { type SortedModule, sortRelease } from './sort-release.ts';

/**
 * Adds the Device OS sets of a release, one per platform (ports/firmware-store.ts says how). Objects go in before the entry that
 * names them, so a set is in the store whole or not at all.
 */
export async function addRelease(
  store: StoreFolder,
  sources: readonly string[],
  options: AddReleaseOptions,
): Promise<ReleaseReport> {
  const sorted = await sortRelease(releaseFiles(sources));
  const origin = options.origin ?? { from: sources.map((one) => basename(one)).join(', '), verified: 'own-file' };
  const sets: ReleaseReport['sets'][number][] = [];
  const refused: ReleaseReport['refused'][number][] = [];
  const leftOut = [...sorted.leftOut];
  await sweepTemporary(store.temporary);
  for (const [platform, modules] of sorted.platforms) {
    const why = whyNotASet(platform, modules, options.platforms);
    if (why !== undefined) {
      leftOut.push(...modules.map(({ module }) => ({ file: module.fileName, why })));
      continue;
    }
    const checked = checkReleaseSet(platform, sorted, options);
    if (checked.kind === 'refused') refused.push({ platform: platform.name, failure: checked.failure });
    else sets.push(await putSet(store, checked.modules, platform, checked.deviceOs, origin));
  }
  for (const platform of options.platforms ?? []) {
    if ([...sorted.platforms.keys()].some(({ name }) => name === platform)) continue;
    const failure = {
      code: 'store/incomplete' as const,
      detail: `There is nothing for ${platform} in ${origin.from}.`,
    };
    refused.push({ platform, failure });
  }
  if (sets.length > 0) return { sets, refused, leftOut };
  const [first] = refused;
  if (first !== undefined) throw new StationError(first.failure.code, first.failure.detail);
  const [seen] = leftOut;
  const hint = seen === undefined ? 'it is empty' : `of ${leftOut.length} files none is; ${seen.file}: ${seen.why}`;
  throw new StationError('store/incomplete', `${origin.from} is no Device OS release: ${hint}.`);
}

/** Keeps a checked set: its files first, then the entry that names them. */
export async function putSet(
  store: StoreFolder,
  sorted: readonly SortedModule[],
  platform: Platform,
  deviceOs: string,
  origin: Origin,
): Promise<ReleaseReport['sets'][number]> {
  const files: Record<string, string> = {};
  const modules: SetModule[] = [];
  for (const { role, module, bytes } of sorted) {
    const sha256 = await putObject(store, bytes);
    files[sha256] = module.fileName;
    const { function: kind, index, version } = module;
    modules.push({ role, function: kind, index, version, sizeBytes: bytes.length, sha256 });
  }
  const lacks = OPTIONAL.filter(
    (role) => partsOf(platform).includes(role) && !modules.some((one) => one.role === role),
  );
  const content = { kind: 'device-os' as const, platform: platform.name, deviceOs, modules, lacks };
  const put = await putEntry(store, content, { origin, files });
  return { ...content, ...put, files };
}

const OPTIONAL: readonly OptionalRole[] = ['radio-stack', 'ncp'];

/** Why modules of a platform are not even tried as a set; a platform that was asked for always is. */
function whyNotASet(
  platform: Platform,
  modules: readonly SortedModule[],
  wanted: AddReleaseOptions['platforms'],
): string | undefined {
  if (wanted !== undefined) return wanted.includes(platform.name) ? undefined : `for ${platform.name}, not asked for`;
  if (modules.some(({ role }) => role === 'system-part')) return undefined;
  return `for ${platform.name}, of which there is no system part here`;
}
