import { sentences } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import type { RunRecord } from '../domain/run-record.ts';

/** One run as a line of JSON: what it was, how it ended, what is known of the unit, and its steps. */
export function runAsJson(run: RunRecord): JsonObject {
  const { begun, steps, ended } = run;
  return JSON.parse(
    JSON.stringify({
      runId: begun.runId,
      outcome: ended?.outcome ?? null,
      failure: ended?.failure ?? null,
      at: begun.at,
      durationMs: ended?.durationMs ?? null,
      station: begun.station,
      virtual: begun.virtual,
      slot: begun.slot,
      batch: begun.batch,
      label: begun.label,
      recipe: begun.recipe,
      unit: ended?.unit ?? {},
      reworkOf: begun.reworkOf ?? null,
      steps: steps.map(({ step, attempt, verdict, durationMs, failure }) => ({
        step,
        attempt,
        verdict,
        durationMs,
        ...(failure === undefined ? {} : { failure: failure.code }),
      })),
    }),
  );
}

/** One run as lines for people: verdict first, then the reason and the next action, then the unit. */
export function runAsText({ begun, ended }: RunRecord): string {
  const seconds = ended === undefined ? '' : ` in ${(ended.durationMs / 1000).toFixed(1)} s`;
  const head = `${(ended?.outcome ?? 'UNFINISHED').padEnd(7)} slot ${begun.slot}  ${begun.label.kind} ${begun.label.value}${seconds}`;
  const unit = ended?.unit;
  const facts = [
    unit?.platform,
    unit?.deviceId,
    unit?.deviceOs && `Device OS ${unit.deviceOs}`,
    unit?.iccid && `SIM ${unit.iccid} ${unit.sim ?? ''}`,
  ]
    .filter(Boolean)
    .join('  ');
  const lines = [head, ...(facts === '' ? [] : [`        ${facts}`])];
  if (ended?.failure !== undefined) {
    const { operator, next } = sentences(ended.failure.code);
    lines.push(`        ${operator} ${next}`, `        ${ended.failure.detail} [${ended.failure.code}]`);
  }
  return [...lines, `        run ${begun.runId}`].join('\n');
}
