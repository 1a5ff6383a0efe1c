import { StationError } from '../../domain/failure.ts';
import { type Platform, platformById } from '../../domain/platform.ts';
import type { FirmwareModule } from '../../firmware/firmware-module.ts';
import { MODULE_FILE_MAX_BYTES, MODULE_FILE_MIN_BYTES, parseModule } from '../../firmware/parse-module.ts';
import type { SetRole } from '../../ports/firmware-store.ts';
import type { ReleaseFile } from './release-files.ts';

/** What a heap of release files comes to: per platform the modules by role and index, and everything else with the reason. */
export type SortedRelease = {
  readonly platforms: ReadonlyMap<Platform, readonly SortedModule[]>;
  readonly leftOut: readonly LeftOut[];
};

/** `bytes` are the file's own: a compressed module's are not those that stand in flash. */
export type SortedModule = { readonly role: SetRole; readonly module: FirmwareModule; readonly bytes: Uint8Array };
export type LeftOut = { readonly file: string; readonly why: string };

/**
 * Sorts release files by what is in them (firmware-modules.md 5.2): a file counts by platform, function and index of its header,
 * whatever it is called. Names are used for one thing only, to leave a build out: content cannot tell a debug build from a release
 * build. The same file twice counts once. A file that says it is a module and is damaged rejects everything, with parseModule's code.
 */
export async function sortRelease(files: AsyncIterable<ReleaseFile>): Promise<SortedRelease> {
  const platforms = new Map<Platform, SortedModule[]>();
  const leftOut: LeftOut[] = [];
  const seen = new Set<string>();
  for await (const file of files) {
    const sorted = sortFile(file);
    if ('why' in sorted) leftOut.push({ file: file.path, why: sorted.why });
    else if (seen.has(sorted.module.fileSha256)) leftOut.push({ file: file.path, why: 'the same file again' });
    else {
      seen.add(sorted.module.fileSha256);
      const { platform, ...module } = sorted;
      const place = platforms.get(platform) ?? [];
      platforms.set(platform, [...place, module]);
    }
  }
  return { platforms, leftOut };
}

type Sorted = SortedModule & { readonly platform: Platform };

function sortFile(file: ReleaseFile): Sorted | { readonly why: string } {
  const { path, bytes, sizeBytes } = file;
  if (file.isLink === true) return { why: 'a symbolic link, which is not followed' };
  if (bytes === undefined) return { why: `${sizeBytes} bytes; no module is larger than ${MODULE_FILE_MAX_BYTES}` };
  if (bytes.length < MODULE_FILE_MIN_BYTES) return { why: `${sizeBytes} bytes; no module is that small` };
  const parsed = parseModule(bytes, path);
  if (!parsed.ok) {
    const { code, detail, evidence } = parsed.failure;
    // A kind of file this line has no use for is no fault of the release; a broken module is. Only what is called a module can be a
    // broken one: a map or a listing looks like anything.
    if (code === 'firmware/unsupported' || !isCalledModule(path) || isElf(bytes)) {
      return { why: detail.startsWith(`${path} `) ? `it ${detail.slice(path.length + 1)}` : detail };
    }
    throw new StationError(code, `The release is not whole: ${detail}`, evidence === undefined ? {} : { evidence });
  }
  const module = parsed.value;
  const platform = platformById(module.platformId);
  if (module.function === 'monolithic') return { why: 'a monolithic build, which is for debugging' };
  const build = debugBuild(path);
  if (build !== undefined) return { why: `a ${build} build by its name; its content does not tell` };
  const role = roleOf(module);
  if (role === undefined) return { why: `a ${module.function} ${module.index}, which no line writes` };
  if (platform === undefined) return { why: `platform ${module.platformId}, which this station does not build` };
  return { platform, role, module, bytes };
}

/** Index 1 of the bootloaders is the RTL872x boot record, encrypted per unit (firmware-modules.md 3.4). */
function roleOf(module: FirmwareModule): SetRole | undefined {
  switch (module.function) {
    case 'bootloader':
      return { 0: 'bootloader', 2: 'prebootloader' }[module.index] as SetRole | undefined;
    case 'system-part':
    case 'radio-stack':
    case 'ncp':
      return module.function;
    case 'user-part':
      return 'application';
    default:
      return undefined;
  }
}

function isCalledModule(path: string): boolean {
  return /\.bin$/i.test(path);
}

function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/** `.debug` and `.jtag` before the ending, or a folder of another build type than `release` (firmware-modules.md 5.2). */
function debugBuild(path: string): string | undefined {
  const folders = path.toLowerCase().split('/');
  const name = folders.pop() ?? '';
  return (
    /\.(debug|jtag|monolithic)(?=[.+])/.exec(name)?.[1] ??
    folders.map((folder) => /^(debug|jtag|monolithic)\b/.exec(folder)?.[1]).find((build) => build !== undefined)
  );
}
