import { stringify } from 'csv-stringify/sync';
import type { RunRecord } from '../domain/run-record.ts';
import { standingVerdict } from '../domain/standing-verdict.ts';

/**
 * Runs as CSV (RFC 4180 quoting, UTF-8, line feed at the end of each line): a header, then one line per run in the order
 * given. Columns are the keys of COLUMNS; new ones are only ever added at the end, because spreadsheets and scripts count
 * them. A run that passed and was rejected by the cloud later is a FAIL here. A cell that a spreadsheet would take for a formula (= + - @, tab, return at its beginning) gets an apostrophe in
 * front. ICCID and IMEI are plain digits: import them as text, a spreadsheet rounds them otherwise.
 */
export function runsToCsv(runs: Iterable<RunRecord>): string {
  const names = Object.keys(COLUMNS);
  const columns = Object.values(COLUMNS);
  const lines = [names];
  for (const run of runs) lines.push(columns.map((cell) => String(cell(run) ?? '')));
  return stringify(lines, { escape_formulas: true, record_delimiter: 'unix' });
}

/** Runs as JSON Lines: one whole RunRecord (run-record.ts) per line, nothing left out, in the order given. */
export function runsToJsonLines(runs: Iterable<RunRecord>): string {
  let text = '';
  for (const run of runs) text += `${JSON.stringify(run)}\n`;
  return text;
}

type Cell = (run: RunRecord) => string | number | boolean | undefined;

/** The columns in their order. An unfinished run has empty cells from its end; its outcome is empty, never PASS. */
const COLUMNS: Readonly<Record<string, Cell>> = {
  run_id: (run) => run.begun.runId,
  begun_at: (run) => run.begun.at,
  ended_at: (run) => run.ended?.at,
  duration_ms: (run) => run.ended?.durationMs,
  outcome: (run) => standingVerdict(run)?.outcome,
  failure_code: (run) => standingVerdict(run)?.failure?.code,
  failure_detail: (run) => standingVerdict(run)?.failure?.detail,
  failed_step: (run) => run.steps.find((step) => step.verdict !== 'PASS')?.step,
  station: (run) => run.begun.station,
  virtual: (run) => run.begun.virtual,
  slot: (run) => run.begun.slot,
  batch: (run) => run.begun.batch,
  label_kind: (run) => run.begun.label.kind,
  label: (run) => run.begun.label.value,
  device_id: (run) => run.ended?.unit.deviceId,
  serial_number: (run) => run.ended?.unit.serialNumber,
  platform: (run) => run.ended?.unit.platform,
  device_os: (run) => run.ended?.unit.deviceOs,
  imei: (run) => run.ended?.unit.imei,
  iccid: (run) => run.ended?.unit.iccid,
  sim: (run) => run.ended?.unit.sim,
  membership: (run) => run.ended?.unit.membership,
  product_binary_sha256: (run) => run.ended?.unit.productBinarySha256,
  product_id: (run) => run.begun.recipe.productId,
  product_version: (run) => run.begun.recipe.productVersion,
  recipe: (run) => run.begun.recipe.name,
  recipe_sha256: (run) => run.begun.recipe.sha256,
  procedure: (run) => run.begun.procedure.id,
  procedure_version: (run) => run.begun.procedure.version,
  app_version: (run) => run.begun.appVersion,
  rework_of: (run) => run.begun.reworkOf,
  cloud_state: (run) => run.cloud?.last.state,
  cloud_reason: (run) => run.cloud?.last.failure?.code,
  carton: (run) => run.cloud?.work.carton,
  first_online_at: (run) => run.cloud?.online?.firstOnlineAt,
};
