import { join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { openAuditLog } from './adapters/audit/audit-log.sqlite.ts';
import { createHttpCloud } from './adapters/cloud/cloud.http.ts';
import { openSimImports } from './adapters/identity/sim-imports.sqlite.ts';
import { openStationBook } from './adapters/identity/station-book.sqlite.ts';
import { createFirmwareStore } from './adapters/store/firmware-store.files.ts';
import { loadStoredRecipe } from './adapters/store/load-stored-recipe.ts';
import { createConsolePath } from './adapters/usb/console-path.list.ts';
import { createDfuUtilFlasher } from './adapters/usb/flasher.dfu-util.ts';
import { createUnitConsole } from './adapters/usb/unit-console.serialport.ts';
import { createUnitControl } from './adapters/usb/unit-control.ts';
import { createNodeUsbBus } from './adapters/usb/usb-bus.node-usb.ts';
import { type Result, refuse, StationError } from './domain/failure.ts';
import { loadRecipe } from './firmware/load-recipe.ts';
import type { Recipe } from './firmware/recipe.ts';
import { type CloudLink, openCloudLink } from './open-cloud-link.ts';
import type { Ports } from './ports/ports.ts';
import { productClouds } from './product-clouds.ts';
import { rightsAtStart } from './rights-at-start.ts';
import { openLearntPorts } from './station/learnt-ports.ts';
import { rememberProduct } from './station/remember-product.ts';
import { Station } from './station/station.ts';
import { readStationFile, type StationFile } from './station/station-file.ts';
import { readToken } from './station/token-source.ts';

/** A running station and the ports it was built on. */
export type BuiltStation = {
  readonly station: Station;
  readonly ports: Ports;
  /** Ends runs (recorded as ABORTED), then lets go of USB, the record and the rest. */
  readonly close: () => Promise<void>;
};

/** The version that every record carries. */
export const APP_VERSION: string = packageJson.version;

export type BuildOptions = {
  /** Another data folder than the station file names. */
  readonly data?: string | undefined;
  readonly batch?: string | undefined;
};

/**
 * Builds the station of a real line from its station file: real USB, real dfu-util, the cloud it names. Everything that can be found
 * wrong without a unit is found here: the file, the token and its rights, dfu-util, every recipe and every firmware file. Refuses with the code of
 * the first thing that is.
 */
export async function buildStation(file: string, options: BuildOptions = {}): Promise<Result<BuiltStation>> {
  const read = await readStationFile(file);
  if (!read.ok) return read;
  const settings = read.value;
  try {
    await readToken(settings.token);
    const data = options.data ?? settings.data;
    const recipes = await loadRecipes(settings, data);
    if (!recipes.ok) return recipes;
    const link = await openCloudLink(settings, APP_VERSION);
    const rights = await rightsAtStart(link, recipes.value);
    if (rights.failure !== undefined) {
      link.close();
      return { ok: false, failure: rights.failure };
    }
    const ports = await openPorts(settings, data, link);
    ports.audit.note('cloud-rights', rights.note);
    const built = startStation(ports, {
      name: settings.name,
      virtual: settings.rehearsal,
      speed: 1,
      patience: 1,
      batch: options.batch ?? settings.batch,
      flashLimit: settings.flashLimit,
      learntPorts: openLearntPorts(data),
      cloudTime: link.settings.contact.cloudTime,
      ...(settings.rehearsal ? {} : { clockOffsetMs: link.settings.contact.clockOffsetMs }),
      productClouds: productClouds(link.settings),
      slots: settings.slots.map(({ name, portPath }, index) => ({ name, portPath, recipe: at(recipes.value, index) })),
    });
    const close = async (): Promise<void> => {
      await built.close();
      link.close();
    };
    return { ok: true, value: { ...built, close } };
  } catch (thrown) {
    if (thrown instanceof StationError) return { ok: false, failure: thrown.toFailure() };
    throw thrown;
  }
}

/** Starts a station on ports that are already open, real or virtual, and ties their ends together. */
export function startStation(
  ports: Ports,
  line: Pick<
    ConstructorParameters<typeof Station>[0],
    | 'virtual'
    | 'speed'
    | 'patience'
    | 'batch'
    | 'slots'
    | 'bench'
    | 'flashLimit'
    | 'learntPorts'
    | 'outboxPace'
    | 'cloudTime'
    | 'clockOffsetMs'
    | 'productClouds'
  > & {
    readonly name: string;
  },
): BuiltStation {
  const { name, ...rest } = line;
  let station: Station;
  try {
    station = new Station({ ...rest, ports, station: name, appVersion: APP_VERSION });
  } catch (thrown) {
    ports.simImports.close();
    ports.audit.close(); // or the data folder would stay locked
    throw thrown;
  }
  return {
    station,
    ports,
    close: async () => {
      await station.close();
      await ports.bus.close();
      ports.identity?.book.close();
      ports.simImports.close();
      ports.audit.close();
    },
  };
}

/** The ports of real hardware. Each is opened here and nowhere else. */
async function openPorts(settings: StationFile, data: string, link: CloudLink): Promise<Ports> {
  const bus = createNodeUsbBus();
  const flasher = createDfuUtilFlasher({ command: settings.dfuUtil, args: [], env: {}, bus });
  await flasher.version(); // refuses with flash/tool-missing before the first unit does
  return {
    bus,
    control: createUnitControl(bus),
    console: createUnitConsole({ consolePath: createConsolePath() }),
    flasher,
    cloud: rememberProduct(createHttpCloud(link.settings)),
    audit: openAuditLog(data),
    simImports: openSimImports(data),
    ...(settings.identity === 'off' ? {} : { identity: { policy: settings.identity, book: openStationBook(data) } }),
  };
}

/** Each recipe once, from its file or from the firmware store of the data folder, though many slots may use it; in the order of the slots. */
async function loadRecipes(settings: StationFile, data: string): Promise<Result<readonly Recipe[]>> {
  const store = createFirmwareStore(join(data, 'store'));
  const loaded = new Map<string, Recipe>();
  for (const { recipe: file } of settings.slots) {
    if (loaded.has(file)) continue;
    const recipe = file.startsWith('sha256:')
      ? await loadStoredRecipe(store, file.slice('sha256:'.length))
      : await loadRecipe(file);
    if (!recipe.ok) return recipe;
    if (!settings.products.includes(recipe.value.productId)) {
      const detail = `${file} builds product ${recipe.value.productId}; this station may build ${settings.products.join(', ')}.`;
      return refuse('recipe/product-not-allowed', detail);
    }
    loaded.set(file, recipe.value);
  }
  return { ok: true, value: settings.slots.map(({ recipe }) => loaded.get(recipe)).filter((one) => one !== undefined) };
}

function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new RangeError(`There is nothing at ${index}.`);
  return value;
}
