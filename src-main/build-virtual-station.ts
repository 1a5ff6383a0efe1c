import { openAuditLog } from './adapters/audit/audit-log.sqlite.ts';
import { createHttpCloud } from './adapters/cloud/cloud.http.ts';
import { createCloudContact } from './adapters/cloud/cloud-contact.ts';
import type { HttpCloudSettings } from './adapters/cloud/cloud-sender.ts';
import { openSimImports } from './adapters/identity/sim-imports.sqlite.ts';
import { openStationBook } from './adapters/identity/station-book.sqlite.ts';
import { createDfuUtilFlasher } from './adapters/usb/flasher.dfu-util.ts';
import { createUnitConsole } from './adapters/usb/unit-console.serialport.ts';
import { createUnitControl } from './adapters/usb/unit-control.ts';
import { APP_VERSION, type BuiltStation, startStation } from './build-station.ts';
import { demoProductId, demoRecipe } from './demo-recipe.ts';
import { failureOf, type Result, StationError } from './domain/failure.ts';
import { type Platform, type PlatformName, platformByName } from './domain/platform.ts';
import type { FlashLimit } from './domain/snapshot.ts';
import type { Recipe } from './firmware/recipe.ts';
import { type OutboxPace, PACE } from './outbox/outbox-pace.ts';
import type { IdentityPolicy } from './ports/identity-book.ts';
import { productClouds } from './product-clouds.ts';
import { type LearntPorts, openLearntPorts } from './station/learnt-ports.ts';
import { rememberProduct } from './station/remember-product.ts';
import type { UnitInput } from './virtual/cloud/register-unit.ts';
import { createVirtualCloud, type VirtualCloud } from './virtual/cloud/virtual-cloud.ts';
import { createVirtualLine, type VirtualLine, type VirtualLineOptions } from './virtual/line/virtual-line.ts';
import { createUnitClock } from './virtual/unit/unit-clock.ts';
import { createVirtualBench, type VirtualBench } from './virtual-bench.ts';
import { readFaults } from './virtual-faults.ts';

/** Beside the file of a real line in the same folder: neither must ever take the other's ports. */
export const VIRTUAL_LEARNT_FILE = 'slots.virtual.json';

export type VirtualStationOptions = {
  /** One unit and one slot each, in this order. */
  readonly platforms: readonly PlatformName[];
  readonly data: string;
  /** How many times faster than real chips, modems and boots. */
  readonly speed?: number;
  /** Share of the procedure's time budgets; less than 1 only where a test must not wait for what never comes. */
  readonly patience?: number;
  /** Share of the realistic module sizes, 0..1. */
  readonly scale?: number;
  readonly batch?: string;
  /** `SLOT:NAME[=NUMBER]` or `PLATFORM:NAME`, `cloud:NAME`. */
  readonly faults?: readonly string[];
  readonly sim?: Partial<Recipe['sim']>;
  /** What the demo recipes want of the cloud; absent: a run waits until the cloud has answered. */
  readonly cloudPolicy?: Recipe['cloud'];
  /** Makes the recipe of a platform, in place of the demo recipe. */
  readonly recipeFor?: (platform: Platform) => Promise<Result<Recipe>>;
  /**
   * Puts hubs of so many ports between the computer and the units: with 4, slots 1 to 4 are `1-1.1` to `1-1.4`, slots 5 to 8 are behind
   * `1-2`. Without, every slot is a port of the computer.
   */
  readonly hubPorts?: number;
  /** Whether the ports of such a hub share one full-speed wire (`one`, the default) or have one each. */
  readonly hubTranslators?: VirtualLineOptions['hubTranslators'];
  /** No slot has a port until it is taught one, as on a new line. */
  readonly mustLearn?: boolean;
  readonly flashLimit?: FlashLimit;
  /** The station's name; several on one cloud should not have the same. */
  readonly name?: string;
  /** The number of the first unit on the bench; several lines on one cloud must not make the same units. */
  readonly firstUnit?: number;
  readonly outboxPace?: Partial<OutboxPace>;
  /** What units must be in the identity book of `data` for; advisory unless told. */
  readonly identity?: IdentityPolicy;
  /** How the line's flash tool is started where there is no .ts file to run: the packed app (electron/own-arguments.ts). */
  readonly dfuUtil?: VirtualLineOptions['dfuUtil'];
};

/** A virtual line with the station on it, whose cloud somebody else has. */
export type BuiltVirtualLine = BuiltStation & { readonly bench: VirtualBench; readonly line: VirtualLine };

export type BuiltVirtualStation = BuiltVirtualLine & { readonly cloud: VirtualCloud };

/** The cloud of a virtual line, in this process or in another. */
export type CloudOfLine = {
  readonly baseUrl: string;
  readonly token: string;
  /** Makes the cloud know a unit as it comes from the factory. */
  readonly registerUnit: (unit: UnitInput) => void;
};

/**
 * Builds a whole virtual line in this process: units, their bus, a cloud on loopback, and the very station a real line has. Only what
 * is below the ports differs, and the record says so. Refuses with `request/invalid` for a fault that does not exist.
 */
export async function buildVirtualStation(options: VirtualStationOptions): Promise<Result<BuiltVirtualStation>> {
  const slots = slotsOf(options);
  const faults = readFaults(options.faults ?? [], slots);
  if (!faults.ok) return faults;
  const products = [...new Set(slots.map(({ platform }) => platform))].map((platform) => {
    return {
      id: demoProductId(platform),
      platformId: platform.id,
      name: `${platform.displayName} on the virtual line`,
    };
  });
  const cloud = await createVirtualCloud({ products, faults: faults.value.cloud, clockSpeed: options.speed ?? 1 });
  const built = await buildVirtualLine(options, cloud).catch(async (thrown) => {
    await cloud.close();
    throw thrown;
  });
  if (!built.ok) {
    await cloud.close();
    return built;
  }
  const close = async (): Promise<void> => {
    await built.value.close();
    await cloud.close();
  };
  return { ok: true, value: { ...built.value, cloud, close } };
}

/** The same with a cloud that is there already: several stations, in as many processes, then share it. */
export async function buildVirtualLine(
  options: VirtualStationOptions,
  cloud: CloudOfLine,
): Promise<Result<BuiltVirtualLine>> {
  const speed = options.speed ?? 1;
  const scale = options.scale ?? 1;
  const slots = slotsOf(options);
  const faults = readFaults(options.faults ?? [], slots);
  if (!faults.ok) return faults;
  const recipes = await recipesOf(options, slots);
  if (!recipes.ok) return recipes;

  const closing: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closing.splice(0).toReversed()) await close();
  };
  try {
    const line = await createVirtualLine({
      slots,
      ...(options.dfuUtil === undefined ? {} : { dfuUtil: options.dfuUtil }),
      ...(options.hubTranslators === undefined ? {} : { hubTranslators: options.hubTranslators }),
    });
    closing.push(() => line.close());
    const units = slots.map(({ slot, platform }) => ({ slot, platform, faults: faults.value.units.get(slot) ?? [] }));
    const { firstUnit = 1 } = options;
    const bench = createVirtualBench({
      line,
      cloud,
      clock: createUnitClock({ speed }),
      scale,
      firstUnit,
      slots: units,
    });
    const contact = createCloudContact();
    const way: HttpCloudSettings = {
      baseUrl: cloud.baseUrl,
      token: async () => cloud.token,
      appVersion: APP_VERSION,
      contact,
      // Waits between tries keep step with the line; the real cloud keeps its own pace.
      pace: { firstWaitMs: 1000 / speed, longestWaitMs: 30_000 / speed },
    };
    const built = startStation(
      {
        bus: line.bus,
        control: createUnitControl(line.bus),
        console: createUnitConsole({ binding: line.serialBinding, consolePath: line.consolePath }),
        flasher: createDfuUtilFlasher({ run: line.runDfuUtil, bus: line.bus, selectByPath: true }),
        cloud: rememberProduct(createHttpCloud(way)),
        audit: openAuditLog(options.data),
        simImports: openSimImports(options.data),
        identity: { policy: options.identity ?? 'advisory', book: openStationBook(options.data) },
      },
      {
        name: options.name ?? 'Virtual line',
        virtual: true,
        speed,
        patience: options.patience ?? 1,
        outboxPace: { ...hurried(speed), ...options.outboxPace },
        cloudTime: contact.cloudTime,
        productClouds: productClouds(way),
        batch: options.batch ?? 'rehearsal',
        bench,
        flashLimit: options.flashLimit,
        learntPorts: learntOnThisLine(options.data, slots),
        slots: slots.map(({ slot, portPath, platform }) => ({
          name: slot,
          portPath: options.mustLearn === true ? undefined : portPath,
          recipe: recipeOf(recipes.value, platform),
        })),
      },
    );
    closing.push(built.close);
    return { ok: true, value: { ...built, bench, line, close: closeAll } };
  } catch (thrown) {
    await closeAll();
    if (thrown instanceof StationError) return { ok: false, failure: failureOf(thrown) };
    throw thrown;
  }
}

type VirtualSlot = { readonly slot: string; readonly portPath: string; readonly platform: Platform };

function slotsOf({ platforms, hubPorts }: VirtualStationOptions): readonly VirtualSlot[] {
  return platforms.map((name, index) => {
    return { slot: String(index + 1), portPath: virtualPortPath(index, hubPorts), platform: platformByName(name) };
  });
}

async function recipesOf(
  { data, scale = 1, sim = {}, cloudPolicy, recipeFor }: VirtualStationOptions,
  slots: readonly VirtualSlot[],
): Promise<Result<ReadonlyMap<Platform, Recipe>>> {
  const recipes = new Map<Platform, Recipe>();
  const policy = cloudPolicy === undefined ? {} : { cloud: cloudPolicy };
  for (const { platform } of slots) {
    if (recipes.has(platform)) continue;
    const recipe = await (recipeFor?.(platform) ?? demoRecipe(platform, { data, scale, sim, ...policy }));
    if (!recipe.ok) return recipe;
    recipes.set(platform, recipe.value);
  }
  return { ok: true, value: recipes };
}

/** The waits of the outbox keep step with the line, too. */
function hurried(speed: number): Partial<OutboxPace> {
  const { gatherMs, proveWithinMs, proveAtMostMs, firstPauseMs, longestPauseMs } = PACE;
  return {
    gatherMs: gatherMs / speed,
    proveWithinMs: proveWithinMs / speed,
    proveAtMostMs: proveAtMostMs / speed,
    firstPauseMs: firstPauseMs / speed,
    longestPauseMs: longestPauseMs / speed,
    speed,
  };
}

/** What the slots of a virtual line were taught. On a line of another layout it means nothing, and none of it is used. */
function learntOnThisLine(data: string, slots: readonly { readonly portPath: string }[]): LearntPorts {
  const kept = openLearntPorts(data, VIRTUAL_LEARNT_FILE);
  const hasPort = (portPath: string): boolean => slots.some((slot) => slot.portPath === portPath);
  return {
    read: () => {
      const read = kept.read();
      return !read.ok || [...read.value.values()].every(hasPort) ? read : { ok: true, value: new Map() };
    },
    write: (ports) => kept.write(ports),
  };
}

/** The port of a virtual line's slot, by its number from 0. */
export function virtualPortPath(index: number, hubPorts: number | undefined): string {
  if (hubPorts === undefined) return `1-${index + 1}`;
  return `1-${Math.floor(index / hubPorts) + 1}.${(index % hubPorts) + 1}`;
}

function recipeOf(recipes: ReadonlyMap<Platform, Recipe>, platform: Platform): Recipe {
  const recipe = recipes.get(platform);
  if (recipe === undefined) throw new RangeError(`No recipe was made for ${platform.name}.`);
  return recipe;
}
