import { openAuditLog } from './adapters/audit/audit-log.sqlite.ts';
import { createHttpCloud } from './adapters/cloud/cloud.http.ts';
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
import { type LearntPorts, openLearntPorts } from './station/learnt-ports.ts';
import { rememberProduct } from './station/remember-product.ts';
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
  /** What units must be in the identity book of `data` for; advisory unless told. */
  readonly identity?: IdentityPolicy;
  /** How the line's flash tool is started where there is no .ts file to run: the packed app (electron/own-arguments.ts). */
  readonly dfuUtil?: VirtualLineOptions['dfuUtil'];
};

export type BuiltVirtualStation = BuiltStation & {
  readonly bench: VirtualBench;
  readonly cloud: VirtualCloud;
  readonly line: VirtualLine;
};

/**
 * Builds a whole virtual line in this process: units, their bus, a cloud on loopback, and the very station a real line has. Only what
 * is below the ports differs, and the record says so. Refuses with `request/invalid` for a fault that does not exist.
 */
export async function buildVirtualStation(options: VirtualStationOptions): Promise<Result<BuiltVirtualStation>> {
  const speed = options.speed ?? 1;
  const scale = options.scale ?? 1;
  const slots = options.platforms.map((name, index) => {
    return {
      slot: String(index + 1),
      portPath: virtualPortPath(index, options.hubPorts),
      platform: platformByName(name),
    };
  });
  const faults = readFaults(options.faults ?? [], slots);
  if (!faults.ok) return faults;
  const recipes = new Map<Platform, Recipe>();
  for (const { platform } of slots) {
    if (recipes.has(platform)) continue;
    const { data, sim = {} } = options;
    const recipe = await (options.recipeFor?.(platform) ?? demoRecipe(platform, { data, scale, sim }));
    if (!recipe.ok) return recipe;
    recipes.set(platform, recipe.value);
  }

  const closing: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closing.splice(0).toReversed()) await close();
  };
  try {
    const products = [...recipes.keys()].map((platform) => {
      return {
        id: demoProductId(platform),
        platformId: platform.id,
        name: `${platform.displayName} on the virtual line`,
      };
    });
    const cloud = await createVirtualCloud({ products, faults: faults.value.cloud, clockSpeed: speed });
    closing.push(() => cloud.close());
    const line = await createVirtualLine({
      slots,
      ...(options.dfuUtil === undefined ? {} : { dfuUtil: options.dfuUtil }),
      ...(options.hubTranslators === undefined ? {} : { hubTranslators: options.hubTranslators }),
    });
    closing.push(() => line.close());
    const units = slots.map(({ slot, platform }) => ({ slot, platform, faults: faults.value.units.get(slot) ?? [] }));
    const bench = createVirtualBench({ line, cloud, clock: createUnitClock({ speed }), scale, slots: units });
    const built = startStation(
      {
        bus: line.bus,
        control: createUnitControl(line.bus),
        console: createUnitConsole({ binding: line.serialBinding, consolePath: line.consolePath }),
        flasher: createDfuUtilFlasher({ run: line.runDfuUtil, bus: line.bus, selectByPath: true }),
        cloud: rememberProduct(
          createHttpCloud({
            baseUrl: cloud.baseUrl,
            token: async () => cloud.token,
            appVersion: APP_VERSION,
            // Waits between tries keep step with the line; the real cloud keeps its own pace.
            pace: { firstWaitMs: 1000 / speed, longestWaitMs: 30_000 / speed },
          }),
        ),
        audit: openAuditLog(options.data),
        identity: { policy: options.identity ?? 'advisory', book: openStationBook(options.data) },
      },
      {
        name: 'Virtual line',
        virtual: true,
        speed,
        patience: options.patience ?? 1,
        outboxPace: hurried(speed),
        batch: options.batch ?? 'rehearsal',
        bench,
        flashLimit: options.flashLimit,
        learntPorts: learntOnThisLine(options.data, slots),
        slots: slots.map(({ slot, portPath, platform }) => ({
          name: slot,
          portPath: options.mustLearn === true ? undefined : portPath,
          recipe: recipeOf(recipes, platform),
        })),
      },
    );
    closing.push(built.close);
    return { ok: true, value: { ...built, bench, cloud, line, close: closeAll } };
  } catch (thrown) {
    await closeAll();
    if (thrown instanceof StationError) return { ok: false, failure: failureOf(thrown) };
    throw thrown;
  }
}

/** The waits of the outbox keep step with the line, too. */
function hurried(speed: number): Partial<OutboxPace> {
  const { gatherMs, proveWithinMs, firstPauseMs, longestPauseMs } = PACE;
  return {
    gatherMs: gatherMs / speed,
    proveWithinMs: proveWithinMs / speed,
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
