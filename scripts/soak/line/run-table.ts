import { type PlatformName, platformByName } from '../../../src-main/domain/platform.ts';
import type { RunRecord } from '../../../src-main/domain/run-record.ts';
import type { UsbUnit } from '../../../src-main/ports/usb-bus.ts';
import { randomOf } from '../random.ts';
import { wrongInFlash } from './flash-truth.ts';
import { interruptOnce, measureTraffic } from './interrupt.ts';
import { openSoakLine, type SoakLine } from './soak-line.ts';
import type { TableCase } from './table-cases.ts';
import type { TappedUnit } from './tapped-unit.ts';
import { internalFlash } from './units.ts';

export type CaseOptions = {
  readonly seed: number;
  readonly speed: number;
  readonly scale: number;
  readonly patience: number;
};

/** What a case must end as: `PASS`; else what is wrong, in words. */
export async function runCase(row: TableCase, name: PlatformName, options: CaseOptions): Promise<string> {
  const { scale, speed, patience, seed } = options;
  const platform = platformByName(name);
  const recipe = await row.recipe(platform, scale);
  await using line = await openSoakLine({
    platforms: [name, name],
    speed,
    scale,
    patience,
    recipeFor: async () => recipe,
  });
  const held = row.holds(platform, scale);
  const unit = line.make(name, held);
  if (row.first === 'is cut off at a random place') {
    const traffic = await measureTraffic(line, '1', name, held);
    const { defect, story, first } = await interruptOnce(line, ['1', '2'], unit, {
      random: randomOf(seed, platform.id),
      traffic,
      name,
    });
    return defect === undefined ? 'PASS' : `${story}; first ${first}; ${defect}`;
  }
  const before = internalFlash(unit.unit);
  if (row.first === 'is put into DFU mode') await putIntoDfu(line, unit);
  const run = await line.build('1', unit);
  if (run.ended?.outcome !== 'PASS') return failureText(run);
  const wrong = wrongInFlash(unit.unit, recipe, before);
  if (wrong.length > 0) return `PASS, but ${wrong.join('; ')}`;
  const seen = row.check?.({ unit: unit.unit, recipe, visits: unit.unit.visits() });
  return seen === undefined ? 'PASS' : `PASS, but ${seen}`;
}

/** Leaves the unit in its slot as a run does that was stopped between two writes. */
async function putIntoDfu({ built }: SoakLine, unit: TappedUnit): Promise<void> {
  const { bus, control } = built.ports;
  const signal = AbortSignal.timeout(BOOT_MS);
  const arrived = new Promise<UsbUnit>((resolve) => {
    const stop = bus.subscribe((event) => {
      if (event.kind !== 'arrived' || event.unit.mode !== 'normal') return;
      resolve(event.unit);
      queueMicrotask(() => stop());
    });
  });
  built.line.replace('1', unit);
  const session = await control.open(await arrived, signal);
  await session.enterDfu();
  await session.close().catch(() => {}); // the unit may be gone by now
  await unit.unit.whenMode('dfu', { timeoutMs: BOOT_MS });
}

const BOOT_MS = 20_000;

function failureText({ ended, steps }: RunRecord): string {
  const step = steps.findLast(({ verdict }) => verdict !== 'PASS')?.step;
  return `${ended?.outcome} ${ended?.failure?.code} in ${step}: ${ended?.failure?.detail}`;
}
