import type { Platform } from '../../../src-main/domain/platform.ts';
import { isReleasedFor, moduleVersionOf } from '../../../src-main/firmware/device-os-releases.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';
import type { DfuVisit, VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { filesOf, type RecipeFiles, releaseFor } from '../recipes.ts';
import { lineKind, loadedRecipe, newestOf, productOf } from './line-kinds.ts';
import type { Held } from './units.ts';

/** One row of the table: what a unit holds when it comes, and what must be true besides a PASS with the recipe's flash content. */
export type TableCase = {
  readonly story: string;
  readonly applies: (platform: Platform) => boolean;
  readonly holds: (platform: Platform, scale: number) => Held;
  readonly recipe: (platform: Platform, scale: number) => Promise<Recipe>;
  /** The unit's bootloader is too old for the recipe's Device OS. */
  readonly needsBootloader?: true;
  /** Done to the unit before it is scanned. */
  readonly first?: 'is put into DFU mode' | 'is cut off at a random place';
  /** What is wrong with how it passed; undefined when nothing is. */
  readonly check?: (seen: Seen) => string | undefined;
};

/** What a passed unit shows: its flash erase units that were erased, by visit, and its flash before and after. */
export type Seen = { readonly unit: VirtualUnit; readonly recipe: Recipe; readonly visits: readonly DfuVisit[] };

const always = (): boolean => true;
/** The E-SoM-X came after the 128 KB slot. */
const hadSmallSlot = (platform: Platform): boolean =>
  platform.mcu === 'nrf52840' && isReleasedFor(platform, moduleVersionOf('2.3.1') ?? 0);

export const TABLE: readonly TableCase[] = [
  { story: 'fresh', applies: always, holds: () => ({}), recipe: plain },
  { story: 'fresh, and the recipe brings everything', applies: always, holds: () => ({}), recipe: whole },
  { story: 'current', applies: always, holds: currentModules, recipe: plain, check: nothingErased },
  {
    story: 'only the application differs',
    applies: always,
    holds: otherApplication,
    recipe: plain,
    check: applicationAloneErased,
  },
  {
    story: 'only Device OS differs',
    applies: always,
    holds: otherDeviceOs,
    recipe: olderApplication,
    check: applicationNotErased,
  },
  {
    story: 'interrupted at a random byte',
    applies: always,
    holds: () => ({}),
    recipe: plain,
    first: 'is cut off at a random place',
  },
  {
    story: 'interrupted at a random byte, and the recipe brings everything',
    applies: always,
    holds: tooOldBootloader,
    needsBootloader: true,
    recipe: whole,
    first: 'is cut off at a random place',
  },
  { story: 'a newer application on an older Device OS', applies: always, holds: newerApplication, recipe: plain },
  { story: 'an application and no Device OS', applies: always, holds: noDeviceOs, recipe: plain },
  { story: 'no application', applies: always, holds: noApplication, recipe: plain },
  { story: 'half a Device OS', applies: always, holds: halfDeviceOs, recipe: plain },
  {
    story: 'left in DFU mode',
    applies: always,
    holds: () => ({}),
    recipe: plain,
    first: 'is put into DFU mode',
  },
  { story: 'an old application in the 128 KB slot', applies: hadSmallSlot, holds: staleApplication, recipe: plain },
  {
    story: 'a bootloader too old for the recipe, which brings one',
    applies: always,
    holds: tooOldBootloader,
    needsBootloader: true,
    recipe: whole,
  },
  { story: 'a newer Device OS than the recipe', applies: always, holds: currentModules, recipe: older },
];

function plain(platform: Platform, scale: number): Promise<Recipe> {
  return lineKind('plain', platform.name, scale).recipeFor(platform);
}

function whole(platform: Platform, scale: number): Promise<Recipe> {
  return lineKind('whole', platform.name, scale).recipeFor(platform);
}

function tooOldBootloader(platform: Platform, scale: number): Held {
  return lineKind('whole', platform.name, scale).holds;
}

/** The recipe's application, built for an older Device OS than the recipe has. */
function olderApplication(platform: Platform, scale: number): Promise<Recipe> {
  const { application } = filesOf(oldRelease(platform, scale));
  return loadedRecipe(platform, newestOf(platform), withoutRequests({ ...newFiles(platform, scale), application }));
}

function older(platform: Platform, scale: number): Promise<Recipe> {
  return loadedRecipe(platform, oldestOf(platform), withoutRequests(filesOf(oldRelease(platform, scale))));
}

function withoutRequests({ system, radioStack, application }: RecipeFiles): RecipeFiles {
  return { system, radioStack, application };
}

/** Below the recipe's release, with hashes in its module list where the platform ever has them. */
function oldestOf(platform: Platform): string {
  return platform.mcu === 'stm32f2xx' ? '2.3.1' : '5.9.0';
}

function oldRelease(platform: Platform, scale: number) {
  return releaseFor(platform, oldestOf(platform), { scale, product: productOf(platform) });
}

function newFiles(platform: Platform, scale: number): RecipeFiles {
  return filesOf(releaseFor(platform, newestOf(platform), { scale, product: productOf(platform) }));
}

/** An older Device OS under a bootloader that is new enough for the recipe, as the factory flashes it. */
function oldFiles(platform: Platform, scale: number): RecipeFiles {
  const { bootloader, prebootloader } = newFiles(platform, scale);
  return { ...filesOf(oldRelease(platform, scale)), bootloader, prebootloader };
}

function flat(files: Omit<RecipeFiles, 'application'> & { readonly application: Uint8Array | undefined }): Held {
  const { bootloader, prebootloader, radioStack, system, application } = files;
  return {
    modules: [bootloader, prebootloader, radioStack, ...system, application].filter((file) => file !== undefined),
  };
}

function currentModules(platform: Platform, scale: number): Held {
  return flat(newFiles(platform, scale));
}

function otherApplication(platform: Platform, scale: number): Held {
  const other = releaseFor(platform, newestOf(platform), { scale, product: productOf(platform), appSeed: 9 });
  return flat({ ...newFiles(platform, scale), application: other.application.bytes });
}

function otherDeviceOs(platform: Platform, scale: number): Held {
  return flat(oldFiles(platform, scale));
}

function newerApplication(platform: Platform, scale: number): Held {
  return flat({ ...oldFiles(platform, scale), application: newFiles(platform, scale).application });
}

function noDeviceOs(platform: Platform, scale: number): Held {
  return flat({ ...newFiles(platform, scale), system: [] });
}

function noApplication(platform: Platform, scale: number): Held {
  return flat({ ...newFiles(platform, scale), application: undefined });
}

/** The second half of each system part was never written. */
function halfDeviceOs(platform: Platform, scale: number): Held {
  const files = newFiles(platform, scale);
  const half = (part: Uint8Array): Uint8Array => Uint8Array.from(part).fill(0xff, part.length >> 1);
  return flat({ ...files, system: files.system.map(half) });
}

/** Built for 2.3.1, which every later system satisfies, beside the factory's own application. */
function staleApplication(platform: Platform, scale: number): Held {
  const stale = releaseFor(platform, '2.3.1', { scale, product: productOf(platform) }).application.bytes;
  return { modules: [...(flat(oldFiles(platform, scale)).modules ?? []), stale] };
}

function nothingErased({ visits }: Seen): string | undefined {
  const erased = visits.reduce((sum, { sectorsErased }) => sum + sectorsErased, 0);
  return erased === 0 ? undefined : `${erased} erase units were erased`;
}

/** At most the erase units of the application, and the page that is blanked. */
function applicationAloneErased({ unit, recipe, visits }: Seen): string | undefined {
  const erased = visits.reduce((sum, { sectorsErased }) => sum + sectorsErased, 0);
  const most = eraseUnitsOf(unit, recipe) + 1;
  return erased <= most ? undefined : `${erased} erase units were erased, the application has ${most - 1}`;
}

/** At most the erase units of the system parts; what reports no hash is compared before it is written. */
function applicationNotErased({ unit, recipe, visits }: Seen): string | undefined {
  const programmed = visits.reduce((sum, { bytesProgrammed }) => sum + bytesProgrammed, 0);
  const system = recipe.system.reduce((sum, { bytes }) => sum + bytes.length, 0);
  // Of the last, partly filled erase unit of each part all of it may be programmed.
  const most = system + 2 * 4096 + 64 * recipe.system.length;
  return programmed <= most || unit.platform.family === 'stm32'
    ? undefined
    : `${programmed} bytes were programmed, the system parts have ${system}`;
}

function eraseUnitsOf(unit: VirtualUnit, { application }: Recipe): number {
  let [count, start] = [0, unit.platform.banks[0]?.base ?? 0];
  for (const { count: sectors, sizeBytes } of unit.platform.banks[0]?.sectors ?? []) {
    for (let sector = 0; sector < sectors; sector++, start += sizeBytes) {
      if (start < application.endAddress + 4 && start + sizeBytes > application.startAddress) count += 1;
    }
  }
  return count;
}
