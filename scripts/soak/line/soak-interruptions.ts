import { type PlatformName, platformByName } from '../../../src-main/domain/platform.ts';
import { UNIT_PLATFORMS } from '../../../src-main/virtual/unit/unit-platforms.ts';
import type { LineKind } from './line-kinds.ts';
import { runInterruptions } from './run-interruptions.ts';

const DEFAULT_COUNT = 520;
const SPEED = 50;
const SCALE = 0.1;
/** A unit pulled out while it restarts is waited for: so much of what the station waits for a real one. */
const PATIENCE = 0.1;
/** Four units at once on each line, each with a second slot to be plugged into. */
const SLOTS = 8;

/** Half of the interruptions on lines whose recipes bring everything, half on plain ones, on every platform; prints what came of them. */
export async function soakInterruptions(options: {
  readonly seed: number;
  readonly count: number | undefined;
  readonly platform: string | undefined;
  readonly kind: string | undefined;
  readonly scale: number | undefined;
}): Promise<boolean> {
  const { seed } = options;
  const platforms = platformsOf(options.platform);
  const kinds = LINE_KINDS.filter((kind) => options.kind === undefined || kind === options.kind);
  const perPlatform = Math.ceil((options.count ?? DEFAULT_COUNT) / platforms.length / kinds.length);
  const started = performance.now();
  let [interrupted, completed, undisturbed, dead, defects] = [0, 0, 0, 0, 0];
  const ends = new Map<string, number>();
  for (const kind of kinds) {
    for (const name of platforms) {
      const scale = options.scale ?? SCALE;
      const report = await runInterruptions({
        seed,
        platforms: [name],
        perPlatform,
        kind,
        speed: SPEED,
        scale,
        slots: SLOTS,
        patience: PATIENCE,
        onResult: (_name, turn, { story, first, defect }) => {
          const end = first.split(':')[0] ?? '';
          ends.set(end, (ends.get(end) ?? 0) + 1);
          if (defect === undefined) return;
          console.log(`  DEFECT ${turn}: ${story}\n    cut off: ${first}\n    ${defect}`);
          console.log(
            `    again: npm run soak -- interruptions --seed ${seed} --platform ${name} --kind ${kind} --count ${perPlatform}`,
          );
        },
      });
      interrupted += report.interrupted;
      completed += report.completed;
      undisturbed += report.undisturbed;
      dead += report.dead;
      defects += report.defects.length;
      console.log(
        `  ${kind} ${name}: ${report.completed} of ${report.interrupted} completed, ${report.undisturbed} not interrupted`,
      );
    }
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${completed} of ${interrupted} interrupted units completed by plugging them in again, in ${seconds} s`);
  console.log(`  ${undisturbed} more had passed when the plug was pulled`);
  console.log(`  ${dead} more were cut off while they wrote their own bootloader, and are dead`);
  for (const [end, times] of [...ends].sort(([, one], [, other]) => other - one))
    console.log(`  cut off as ${end}: ${times}`);
  return defects === 0 && completed === interrupted;
}

const LINE_KINDS: readonly LineKind[] = ['plain', 'whole'];

/** The platforms of a comma-separated list; all that can be virtual without one. Throws RangeError for another word. */
export function platformsOf(list: string | undefined): readonly PlatformName[] {
  if (list === undefined) return UNIT_PLATFORMS.map(({ platform }) => platform.name);
  return list.split(',').map((word) => {
    const platform = platformByName(word as string);
    if (platform === undefined) throw new RangeError(`There is no platform ${word}.`);
    return platform.name;
  });
}
