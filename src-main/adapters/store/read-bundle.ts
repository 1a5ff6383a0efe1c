import { basename } from 'node:path';
import { StationError } from '../../domain/failure.ts';
import type { FirmwareModule } from '../../firmware/firmware-module.ts';
import { MODULE_FILE_MAX_BYTES, parseModule } from '../../firmware/parse-module.ts';
import type { RecipeAsset } from '../../firmware/recipe.ts';
import { hashOf } from './object-folder.ts';
import type { LeftOut } from './sort-release.ts';
import { openZip, type ZipEntry } from './zip-archive.ts';

/** An application with the assets it asks for, as they came in a bundle. */
export type Bundle = {
  readonly application: FirmwareModule;
  /** The application's file; a compressed one is not what stands in flash. */
  readonly bytes: Uint8Array;
  readonly assets: readonly RecipeAsset[];
  readonly leftOut: readonly LeftOut[];
};

/** As many assets as the unit with the most room has blocks for (firmware-modules.md 3.7), the application, and folders. */
const LIMITS = { maxEntries: 600, maxUnpackedBytes: 64 * 1024 * 1024 };

/**
 * Reads an asset bundle (firmware-modules.md 5.1): one application in the root, raw assets under `assets/`. The format has no
 * manifest and its own reader checks nothing, so this does: exactly one application, and its assets one to one by name and SHA-256.
 * Throws `store/bad-archive`, `store/incomplete`, or what parseModule refuses the application with.
 */
export async function readBundle(source: string | Uint8Array, name: string): Promise<Bundle> {
  const zip = await openZip(source, basename(name), LIMITS);
  try {
    if (['package.json', 'recipe.json'].every((name) => zip.files.some(({ path }) => path === name))) {
      throw refuseBundle(name, 'it is a recipe; take it in with linewright recipe import');
    }
    const roots = zip.files.filter(({ path }) => !path.includes('/'));
    const applications = roots.filter(({ path }) => /\.bin$/i.test(path));
    const [application, second] = applications;
    if (application === undefined) throw refuseBundle(name, 'it has no application: no .bin file outside of folders');
    if (second !== undefined)
      throw refuseBundle(name, `it has two applications, ${application.path} and ${second.path}`);
    const environment = zip.files.find(({ path }) => path === 'env.json' || path.startsWith('env/'));
    if (environment !== undefined) {
      const detail = `${name} brings environment variables (${environment.path}), which this line does not send.`;
      throw new StationError('firmware/unsupported', detail);
    }
    const bytes = await readSmall(application, name);
    const module = parseModule(bytes, application.path);
    if (!module.ok) throw new StationError(module.failure.code, module.failure.detail);
    const found = zip.files.filter(({ path }) => path.startsWith('assets/'));
    const assets: RecipeAsset[] = [];
    for (const entry of found) assets.push(await readAsset(entry, name));
    refuseUnequal(module.value, assets, name);
    const leftOut = zip.files
      .filter((entry) => entry !== application && !found.includes(entry))
      .map(({ path }) => ({ file: path, why: 'neither the application nor an asset' }));
    return { application: module.value, bytes, assets, leftOut };
  } finally {
    zip.close();
  }
}

async function readAsset(entry: ZipEntry, name: string): Promise<RecipeAsset> {
  const assetName = entry.path.slice('assets/'.length);
  if (assetName.includes('/')) throw refuseBundle(name, `its asset ${assetName} lies in a folder of its own`);
  const bytes = await readSmall(entry, name);
  return { name: assetName, sha256: hashOf(bytes), bytes };
}

async function readSmall(entry: ZipEntry, name: string): Promise<Uint8Array> {
  if (entry.sizeBytes <= MODULE_FILE_MAX_BYTES) return entry.read();
  throw refuseBundle(name, `${entry.path} is ${entry.sizeBytes} bytes, which no unit has room for`);
}

function refuseUnequal(application: FirmwareModule, assets: readonly RecipeAsset[], name: string): void {
  for (const need of application.assets) {
    const found = assets.find((asset) => asset.name === need.name);
    if (found === undefined) {
      throw new StationError(
        'store/incomplete',
        `${name} lacks the asset ${need.name}, which ${application.fileName} needs.`,
      );
    }
    if (found.sha256 === need.sha256) continue;
    const detail = `${name} has another ${need.name} than ${application.fileName} needs: its SHA-256 is ${found.sha256}, expected is ${need.sha256}.`;
    throw new StationError('store/incomplete', detail, { evidence: { expected: need.sha256, found: found.sha256 } });
  }
  const stranger = assets.find((asset) => !application.assets.some((need) => need.name === asset.name));
  if (stranger === undefined) return;
  throw refuseBundle(name, `its asset ${stranger.name} is not one that ${application.fileName} asks for`);
}

function refuseBundle(name: string, why: string): StationError {
  return new StationError('store/bad-archive', `${name} is no bundle: ${why}.`);
}
