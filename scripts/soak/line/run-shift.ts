import type { PlatformName } from '../../../src-main/domain/platform.ts';
import { randomOf } from '../random.ts';
import { lineKind } from './line-kinds.ts';
import { PORTS_OF_A_HUB, type Shift, workAt } from './slot-worker.ts';
import { openSoakLine } from './soak-line.ts';
import { Shelf } from './soak-units.ts';

export type ShiftOptions = {
  readonly seed: number;
  /** One slot each; four are behind one hub. */
  readonly platforms: readonly PlatformName[];
  readonly milliseconds: number;
  readonly speed: number;
  readonly scale: number;
  readonly patience: number;
  readonly onDefect?: (text: string) => void;
};

export type ShiftReport = {
  readonly runs: number;
  /** By outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly defects: readonly string[];
  readonly auditEntries: number;
};

/** Works at every slot of a line at once for a while; every verdict is held against flash, cloud and record. */
export async function runShift(options: ShiftOptions): Promise<ShiftReport> {
  const { platforms, speed, scale, patience, seed } = options;
  const recipeFor = (kind: 'plain' | 'whole') => (name: PlatformName) => lineKind(kind, name, scale);
  await using line = await openSoakLine({
    platforms,
    speed,
    scale,
    patience,
    hubPorts: PORTS_OF_A_HUB,
    recipeFor: (platform) => recipeFor(platform.id % 2 === 0 ? 'whole' : 'plain')(platform.name).recipeFor(platform),
  });
  const defects: string[] = [];
  const started = performance.now();
  const shift: Shift = {
    line,
    shelf: new Shelf(line),
    platforms,
    isOver: () => performance.now() - started > options.milliseconds,
    begun: new Map(),
    disturbed: new Set(),
    onDefect: (text) => {
      defects.push(text);
      options.onDefect?.(text);
    },
  };
  await Promise.all(platforms.map((_name, place) => workAt(String(place + 1), randomOf(seed, place), shift)));

  const { audit } = line.built.ports;
  for (const [runId, outcome] of shift.begun) {
    const record = audit.readRun(runId);
    if (record?.ended?.outcome !== outcome)
      defects.push(`run ${runId} ended as ${outcome}, the record says ${record?.ended?.outcome}`);
  }
  if (audit.unfinishedRuns().length > 0)
    defects.push(`${audit.unfinishedRuns().length} runs have no verdict on record`);
  const verified = audit.verify();
  if (!verified.intact) defects.push('the record is not intact');
  const outcomes: Record<string, number> = {};
  for (const outcome of shift.begun.values()) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return { runs: shift.begun.size, outcomes, defects, auditEntries: verified.entries };
}
