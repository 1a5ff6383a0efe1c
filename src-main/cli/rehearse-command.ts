import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { demoProductId, writeRecipeOf } from '../demo-recipe.ts';
import { failureOf, StationError } from '../domain/failure.ts';
import { platformByName } from '../domain/platform.ts';
import { abortOnExitSignals } from '../server/run-headless.ts';
import { createVirtualCloud } from '../virtual/cloud/virtual-cloud.ts';
import { createRehearsalBench } from '../virtual/line/rehearsal-bench.ts';
import { createFactoryUnit } from '../virtual/unit/factory-unit.ts';
import { createUnitClock } from '../virtual/unit/unit-clock.ts';
import type { VirtualUnit } from '../virtual/unit/virtual-unit.ts';
import { factoryRecord, labelTextOf } from '../virtual-bench.ts';
import { readFaults } from '../virtual-faults.ts';
import { parsePlatforms } from './open-line.ts';
import { EXIT, type Output } from './output.ts';

export type RehearseOptions = {
  readonly data: string;
  readonly units: string;
  readonly speed: string;
  readonly scale: string;
  readonly fault: readonly string[];
};

/**
 * `rehearse`: virtual units as real USB devices of this PC, and a virtual cloud beside them, until Ctrl-C. Leaves a station file and the
 * units' labels in the data folder, so that in another terminal `run --station FILE < LABELS` builds them with the very programs a
 * real line uses: the kernel's serial driver, dfu-util, HTTP.
 */
export async function rehearseCommand(options: RehearseOptions, output: Output): Promise<number> {
  const platforms = parsePlatforms(options.units);
  if (!platforms.ok) {
    output.failed(platforms.failure);
    return EXIT.misuse;
  }
  const speed = Number(options.speed);
  const scale = Number(options.scale);
  const places = platforms.value.map((name, index) => ({ slot: String(index + 1), platform: platformByName(name) }));
  const faults = readFaults(options.fault, places);
  if (!faults.ok) {
    output.failed(faults.failure);
    return EXIT.misuse;
  }
  const signal = abortOnExitSignals();
  const clock = createUnitClock({ speed });
  const units = places.map(({ slot, platform }, index) =>
    createFactoryUnit(platform.name, { number: index + 1, clock, scale, faults: faults.value.units.get(slot) ?? [] }),
  );
  const cloud = await createVirtualCloud({
    products: places.map(({ platform }) => ({ id: demoProductId(platform), platformId: platform.id })),
    units: places.map(({ platform }, index) => factoryRecord(at(units, index), platform)),
    faults: faults.value.cloud,
    clockSpeed: speed,
  });
  try {
    const bench = await createRehearsalBench({
      units,
      onTrouble: (portPath, failure) => console.error(`${portPath}: ${failure.detail} [${failure.code}]`),
    });
    try {
      const folder = resolve(options.data, 'rehearsal');
      const slots = [];
      for (const [index, { slot, platform }] of places.entries()) {
        const recipe = await writeRecipeOf(platform, { data: folder, scale });
        slots.push({ name: slot, portPath: at(bench.portPaths, index), recipe });
      }
      const files = await leaveFiles(folder, { slots, units, baseUrl: cloud.baseUrl, token: cloud.token });
      const listed = slots.map(({ name, portPath }, index) => ({
        slot: name,
        portPath,
        ...publicFacts(at(units, index)),
      }));
      const text = [
        ...listed.map(
          ({ slot, portPath, platform, serialNumber }) => `slot ${slot}  ${portPath}  ${platform}  ${serialNumber}`,
        ),
        `Now, in another terminal: npm run -s linewright -- run --station ${files.station} < ${files.labels}`,
      ];
      output.result({ ok: true, ...files, units: listed }, text.join('\n'));
      await new Promise<void>((end) => (signal.aborted ? end() : signal.addEventListener('abort', () => end())));
      return EXIT.good;
    } finally {
      await bench.close();
    }
  } catch (thrown) {
    if (thrown instanceof StationError) return output.failed(failureOf(thrown));
    throw thrown;
  } finally {
    await cloud.close();
  }
}

type Rehearsal = {
  readonly slots: readonly { readonly name: string; readonly portPath: string; readonly recipe: string }[];
  readonly units: readonly VirtualUnit[];
  readonly baseUrl: string;
  readonly token: string;
};

/** Station file, token and labels; the latter two for this user's eyes only, as the real ones would be. */
async function leaveFiles(folder: string, rehearsal: Rehearsal): Promise<{ station: string; labels: string }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [station, labels, token] = ['station.json', 'labels.txt', 'token'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const file of [labels, token]) await rm(file, { force: true });
  await writeFile(token, rehearsal.token, { mode: 0o600, flag: 'wx' });
  await writeFile(labels, rehearsal.units.map((unit) => `${labelTextOf(unit)}\n`).join(''), {
    mode: 0o600,
    flag: 'wx',
  });
  const settings = {
    format: 1,
    name: 'rehearsal',
    cloud: { baseUrl: rehearsal.baseUrl, token: { file: token } },
    products: [...new Set(rehearsal.units.map(({ platform }) => demoProductId(platform.platform)))],
    slots: rehearsal.slots,
    data: join(folder, 'data'),
    batch: 'rehearsal',
    rehearsal: true,
  };
  await writeFile(station, `${JSON.stringify(settings, null, 2)}\n`);
  return { station, labels };
}

function publicFacts(unit: VirtualUnit) {
  const { deviceId, serialNumber } = unit.identity;
  const { imei, sim } = unit.modem;
  const platform = unit.platform.platform.name;
  return { platform, deviceId, serialNumber: serialNumber ?? null, imei, iccid: sim === 'none' ? null : sim.iccid };
}

function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new RangeError(`There is nothing at ${index}.`);
  return value;
}
