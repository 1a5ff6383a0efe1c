import type { CloudPolicy } from '../domain/cloud-policy.ts';
import type { Failure } from '../domain/failure.ts';
import type { ModuleFunction } from '../domain/module-report.ts';
import type { PlatformName } from '../domain/platform.ts';

/**
 * The firmware store of a data folder: every file by the SHA-256 of its content, Device OS sets and product binaries that pin such
 * files, recipes that pin such files. Nothing gets in that was not parsed and checked, and whatever is read is held against its
 * hash again. Every method rejects with a StationError of area `store/…`, `firmware/…` or `recipe/…` and then has changed nothing
 * that anyone can see. Several processes may add at once.
 */
export interface FirmwareStore {
  /**
   * Adds the Device OS sets that folders, zips and single module files hold together, one set per platform, all or none of each
   * set. A set that cannot be taken is in `refused`; rejects only when none can, or when a module file is damaged.
   */
  addRelease(sources: readonly string[], options: AddReleaseOptions): Promise<ReleaseReport>;
  /** Adds a product binary, or a bundle (zip) of an application and its assets (firmware-modules.md 5.1). */
  addProduct(source: ProductSource, options: AddProductOptions): Promise<ProductReport>;
  /** Everything in the store, by platform and version. Damaged entries are named in `damaged`, not in the lists. */
  contents(): Promise<StoreContents>;
  /** Reads every object, entry and recipe and holds it against its hash. */
  check(): Promise<StoreCheck>;
  /** Makes lost entries and recipe versions anew from the objects and recipes that are there. */
  rebuild(): Promise<StoreRebuild>;
  /** One object's content, verified: `store/not-found`, `store/damaged`. */
  object(sha256: string): Promise<Uint8Array>;

  /** Makes a recipe of what is in the store. Every gate of a recipe holds before it gets in. */
  makeRecipe(order: RecipeOrder): Promise<AddedRecipe>;
  /** All recipes, by name and version. */
  recipes(): Promise<readonly StoredRecipe[]>;
  /** The full hash of the one recipe whose hash begins so (at least 8 digits); `store/not-found`, `store/conflict`. */
  findRecipe(start: string): Promise<string>;
  /** The recipe's own text, verified; what it pins is read with `object` (adapters/store/load-stored-recipe.ts does both). */
  recipeText(sha256: string): Promise<Uint8Array>;
  /** Writes the recipe and all it needs as one new file. */
  exportRecipe(sha256: string, file: string): Promise<PackageReport>;
  /** Takes in such a file: all of it is verified before anything is added. */
  importRecipe(file: string): Promise<AddedRecipe & PackageReport>;
}

/** What a Device OS set is made of. `application` is the Tinker that came with the release; no recipe needs it. */
export type SetRole = 'bootloader' | 'prebootloader' | 'radio-stack' | 'ncp' | 'system-part' | 'application';

/** Parts that releases are published without, because they have a version of their own (firmware-modules.md 5.2). */
export type OptionalRole = 'radio-stack' | 'ncp';

/** How it is known that a file is the one that was meant. `unverified` only when a person said so; `rebuilt`: not known any more. */
export type Verification = 'own-file' | 'given-sha256' | 'checksum-file' | 'cloud' | 'unverified' | 'rebuilt';

/** Where something came from; for people and records, never part of what it is. */
export type Origin = {
  /** File or folder name, or the address without its query. */
  readonly from: string;
  readonly verified: Verification;
  /** Of the archive it came in, where it came in one. */
  readonly archiveSha256?: string;
};

export type AddReleaseOptions = {
  /** The release the files are said to be; when absent it follows from the system parts, if only one release has their number. */
  readonly deviceOs?: string;
  /** Only these; all that are found when absent. */
  readonly platforms?: readonly PlatformName[];
  readonly without?: readonly OptionalRole[];
  readonly origin?: Origin;
};

export type SetModule = {
  readonly role: SetRole;
  readonly function: ModuleFunction;
  readonly index: number;
  readonly version: number;
  readonly sizeBytes: number;
  readonly sha256: string;
};

/** One platform's modules of one Device OS release. `id` is the SHA-256 of what it pins. */
export type DeviceOsSet = {
  readonly kind: 'device-os';
  readonly id: string;
  readonly platform: PlatformName;
  readonly deviceOs: string;
  readonly modules: readonly SetModule[];
  /** Parts of the platform that this set was knowingly added without. */
  readonly lacks: readonly OptionalRole[];
};

/** A product binary, with the assets it asks for. */
export type ProductBinary = {
  readonly kind: 'product';
  readonly id: string;
  readonly platform: PlatformName;
  /** The product it is for: by its own word when built below Device OS 4.0, else as told when it was added. */
  readonly productId: number | null;
  readonly productVersion: number;
  /** Module version of the Device OS it was built with. */
  readonly builtWith: number;
  /** SHA-256 of the binary's file. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly assets: readonly { readonly name: string; readonly sha256: string; readonly sizeBytes: number }[];
};

/** Something in the store with its history. `files` are the names the files came under, by hash. */
export type Kept<Thing> = Thing & {
  readonly origin: Origin;
  readonly addedAt: string;
  readonly files: Readonly<Record<string, string>>;
};

export type ReleaseReport = {
  readonly sets: readonly (DeviceOsSet & {
    readonly isNew: boolean;
    readonly files: Readonly<Record<string, string>>;
  })[];
  readonly refused: readonly { readonly platform: PlatformName; readonly failure: Failure }[];
  /** Files that are no part of any set, each with the reason. */
  readonly leftOut: readonly { readonly file: string; readonly why: string }[];
};

/** A file on disk, or bytes that came from elsewhere. */
export type ProductSource = string | { readonly name: string; readonly bytes: Uint8Array };

export type AddProductOptions = {
  readonly productId?: number;
  readonly productVersion?: number;
  readonly platform?: PlatformName;
  /** Below Device OS 4.0: accept a binary whose product ID is the platform ID for `productId` (firmware-modules.md 6.1, gate 10). */
  readonly allowWildcardProductId?: boolean;
  readonly origin?: Origin;
};

export type ProductReport = ProductBinary & {
  readonly isNew: boolean;
  readonly leftOut: readonly { readonly file: string; readonly why: string }[];
};

export type StoreContents = {
  readonly sets: readonly Kept<DeviceOsSet>[];
  readonly products: readonly Kept<ProductBinary>[];
  readonly damaged: readonly string[];
};

export type StoreCheck = {
  readonly objects: number;
  readonly entries: number;
  readonly recipes: number;
  /** One sentence per thing that is wrong; none when the store is whole. */
  readonly problems: readonly string[];
};

/** How many entries and recipe versions were made anew. */
export type StoreRebuild = { readonly entries: number; readonly recipes: number };

export type RecipeOrder = {
  readonly name: string;
  readonly platform: PlatformName;
  readonly deviceOs: string;
  readonly productId: number;
  /** A product version, or the beginning (8 digits or more) of the binary's SHA-256. */
  readonly binary: string;
  /** The beginning of a set's id, needed where the store has two sets of this release. */
  readonly set?: string;
  readonly skus?: readonly string[];
  /** As in a recipe file (docs/recipe.md). */
  readonly sim: {
    readonly form: 'embedded' | 'removable' | 'none';
    readonly waitMs: number;
    readonly mayBePending: boolean;
    readonly readBeforeFlash: boolean;
  };
  /** Absent: the recipe has no such member. */
  readonly cloud?: CloudPolicy;
  readonly allowWildcardProductId?: boolean;
};

export type StoredRecipe = {
  readonly name: string;
  /** 1 and up, within the name and this store. */
  readonly version: number;
  readonly sha256: string;
  readonly predecessor: string | null;
  readonly addedAt: string;
};

export type AddedRecipe = StoredRecipe & { readonly isNew: boolean; readonly warnings: readonly string[] };

export type PackageReport = {
  readonly file: string;
  readonly sizeBytes: number;
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly sizeBytes: number }[];
};
