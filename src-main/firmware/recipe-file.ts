import { z } from 'zod';
import { type CloudPolicy, NO_CLOUD_POLICY } from '../domain/cloud-policy.ts';
import { type DeviceOsVersion, parseDeviceOsVersion } from '../domain/device-os-version.ts';
import { ok, type Result, refuse } from '../domain/failure.ts';
import { PLATFORMS, type Platform, platformByName } from '../domain/platform.ts';
import { type ProductVersion, parseProductVersion } from '../domain/product-version.ts';
import { CLOUD_POLICY_SCHEMA } from './cloud-policy-schema.ts';
import type { SimPolicy } from './recipe.ts';

/** A recipe file as it reads, before any of its firmware files was looked at. The format is described in docs/recipe.md. */
export type RecipeFile = {
  readonly name: string;
  readonly productId: number;
  readonly productVersion: ProductVersion;
  readonly platform: Platform;
  readonly deviceOs: DeviceOsVersion;
  readonly system: readonly PinnedFile[];
  readonly radioStack: PinnedFile | undefined;
  readonly application: PinnedFile;
  readonly bootloader: PinnedFile | undefined;
  /** RTL872x alone: prebootloader part 1. */
  readonly prebootloader: PinnedFile | undefined;
  /** The co-processor's firmware, where the platform has one. */
  readonly ncp: PinnedFile | undefined;
  readonly assets: readonly PinnedAsset[];
  readonly skus: readonly string[];
  readonly sim: SimPolicy;
  readonly cloud: CloudPolicy;
  readonly allowWildcardProductId: boolean;
};

/** A file beside the recipe, by relative path with forward slashes, and the SHA-256 of its content in lower-case hex. */
export type PinnedFile = { readonly path: string; readonly sha256: string };

/** A raw asset of the application, under the name the application asks for. */
export type PinnedAsset = PinnedFile & { readonly name: string };

/** Every file a recipe pins, in the order they are read; an asset under its path like any other file. */
export function pinnedFiles(file: RecipeFile): readonly PinnedFile[] {
  const { system, radioStack, bootloader, prebootloader, ncp, application, assets } = file;
  return [...system, radioStack, bootloader, prebootloader, ncp, application, ...assets].filter(
    (pinned) => pinned !== undefined,
  );
}

/** A recipe is a page of JSON; nothing legitimate is larger. */
export const RECIPE_FILE_MAX_BYTES = 64 * 1024;

/** Reads the JSON text of a recipe file. Refuses with `recipe/invalid`, naming the first field that is wrong and why. */
export function readRecipeText(text: string): Result<RecipeFile> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    return refuse('recipe/invalid', `The recipe is not JSON: ${cause instanceof Error ? cause.message : cause}.`);
  }
  const read = RECIPE_SCHEMA.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    const field =
      issue === undefined || issue.path.length === 0 ? 'The recipe' : `The recipe's ${issue.path.join('.')}`;
    return refuse('recipe/invalid', `${field} is wrong: ${issue?.message ?? 'it does not fit the format'}.`);
  }
  const { name, product, platform, deviceOs, files, skus, sim, cloud, allowWildcardProductId } = read.data;
  const productVersion = parseProductVersion(product.version);
  if (!productVersion.ok) return refuse('recipe/invalid', productVersion.failure.detail);
  const release = parseDeviceOsVersion(deviceOs);
  if (!release.ok) return refuse('recipe/invalid', release.failure.detail);
  return ok({
    name,
    productId: product.id,
    productVersion: productVersion.value,
    platform: platformByName(platform),
    deviceOs: release.value,
    system: files.system,
    radioStack: files.radioStack,
    application: files.application,
    bootloader: files.bootloader,
    prebootloader: files.prebootloader,
    ncp: files.ncp,
    assets: files.assets ?? [],
    skus: skus ?? [],
    sim,
    cloud: cloud ?? NO_CLOUD_POLICY,
    allowWildcardProductId: allowWildcardProductId ?? false,
  });
}

const PLATFORM_NAMES = PLATFORMS.map((platform) => platform.name);

const PINNED = {
  path: z.string().min(1).max(200).refine(staysBeside, 'a path is relative, with forward slashes and without ..'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 is 64 lower-case hex digits'),
};
const PINNED_FILE = z.strictObject(PINNED);
const PINNED_ASSET = z.strictObject({
  ...PINNED,
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[\p{L}\p{N}\p{P}\p{S} ]+$/u, 'an asset name is one line of visible characters'),
});

/** More blocks than any platform has for assets (firmware-modules.md 3.7), and the whole SKU table with room. */
const MAX_ASSETS = 128;
const MAX_SKUS = 200;

const RECIPE_SCHEMA = z.strictObject({
  formatVersion: z.literal(1),
  name: z
    .string()
    .min(1)
    .max(80)
    .regex(/^[\p{L}\p{N}\p{P}\p{S} ]+$/u, 'a name is one line of visible characters'),
  product: z.strictObject({ id: z.int().min(1).max(0x7fff_ffff), version: z.int().min(1).max(65_535) }),
  platform: z.enum(PLATFORM_NAMES),
  deviceOs: z.string().max(32),
  files: z.strictObject({
    system: z.array(PINNED_FILE).min(1).max(3),
    radioStack: PINNED_FILE.optional(),
    application: PINNED_FILE,
    bootloader: PINNED_FILE.optional(),
    prebootloader: PINNED_FILE.optional(),
    ncp: PINNED_FILE.optional(),
    assets: z.array(PINNED_ASSET).max(MAX_ASSETS).optional(),
  }),
  skus: z.array(z.string().min(1).max(40)).max(MAX_SKUS).optional(),
  sim: z.strictObject({
    form: z.enum(['embedded', 'removable', 'none']),
    waitMs: z.int().min(0).max(120_000),
    mayBePending: z.boolean(),
    readBeforeFlash: z.boolean().default(false),
  }),
  cloud: CLOUD_POLICY_SCHEMA.optional(),
  allowWildcardProductId: z.boolean().optional(),
});

/** By its text alone: whether the path could only mean a file in the recipe's folder or below, on any operating system. */
function staysBeside(path: string): boolean {
  if (/[\\:\0]/.test(path) || path.startsWith('/')) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
