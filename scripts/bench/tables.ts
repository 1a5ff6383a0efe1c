import type { StationRun } from './station-run.ts';
import { median, type VisitFigures } from './visit-figures.ts';

type Visited = { readonly visit: VisitFigures };

/** The figures at the unit: a row per run, the median, and the median of the flash program alone. */
export function visitTable(station: readonly StationRun[], plain: readonly Visited[]): string[] {
  const head = ['', 'wall', 'erase', 'program', 'wire', 'busy', 'wall/busy', 'scan to verdict'];
  const rows = station.map((run, index) => [nameOf(run, index, station), ...cells(run.visit), seconds(run.wholeMs)]);
  const wholeMs = median(station.map((run) => run.wholeMs));
  return table([
    head,
    ...rows,
    ['median', ...cells(middle(station)), seconds(wholeMs)],
    ['flash program alone', ...cells(middle(plain)), '-'],
  ]);
}

/** One row per step in the order they ran, all attempts of a step together; one column per run, and the median. */
export function stepTable(station: readonly StationRun[]): string[] {
  const names = [...new Set(station.flatMap(({ steps }) => steps.map(({ step }) => step)))];
  const timeOf = (run: StationRun, name: string): number =>
    run.steps.filter(({ step }) => step === name).reduce((sum, { durationMs }) => sum + durationMs, 0);
  const row = (name: string, times: readonly number[]): string[] => [
    name,
    ...times.map(seconds),
    seconds(median(times)),
  ];
  return table([
    ['', ...station.map(nameOf), 'median'],
    ...names.map((name) =>
      row(
        name,
        station.map((run) => timeOf(run, name)),
      ),
    ),
    row(
      'scan to verdict',
      station.map(({ wholeMs }) => wholeMs),
    ),
  ]);
}

/** The run, with its slot where there is more than one. */
function nameOf({ slot }: StationRun, index: number, runs: readonly StationRun[]): string {
  const isAlone = runs.every((run) => run.slot === slot);
  return isAlone ? `run ${index + 1}` : `run ${index + 1} (${slot})`;
}

/** Each figure's own median. */
function middle(runs: readonly Visited[]): VisitFigures {
  const of = (key: keyof VisitFigures): number => median(runs.map(({ visit }) => visit[key]));
  return {
    wallMs: of('wallMs'),
    eraseMs: of('eraseMs'),
    programMs: of('programMs'),
    wireMs: of('wireMs'),
    busyMs: of('busyMs'),
    ratio: of('ratio'),
    sectorsErased: of('sectorsErased'),
    bytesProgrammed: of('bytesProgrammed'),
  };
}

function cells({ wallMs, eraseMs, programMs, wireMs, busyMs, ratio }: VisitFigures): string[] {
  return [...[wallMs, eraseMs, programMs, wireMs, busyMs].map(seconds), ratio.toFixed(3)];
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

/** First column to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
