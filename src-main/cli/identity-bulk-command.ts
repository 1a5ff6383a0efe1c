import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { openBulkJournal } from '../adapters/identity/bulk-journal.sqlite.ts';
import { readSupplierFile } from '../adapters/identity/read-supplier-file.ts';
import { writeResultFile } from '../adapters/identity/result-file.ts';
import { openSimImports } from '../adapters/identity/sim-imports.sqlite.ts';
import { failureOf, StationError } from '../domain/failure.ts';
import { planShortage } from '../domain/plan-limits.ts';
import { type BulkItems, type BulkLook, type BulkSetting, bulkItems, preAddIdentifier } from '../identity/bulk-job.ts';
import { countResults, resultRows } from '../identity/bulk-results.ts';
import { importSims } from '../identity/import-sims.ts';
import { preAddUnits } from '../identity/pre-add-units.ts';
import { countMembers, countSims, type FoundThere } from '../identity/preview-job.ts';
import type { SupplierFile } from '../identity/supplier-line.ts';
import type { BulkJournal } from '../ports/bulk-journal.ts';
import { waitUntil } from '../procedure/time.ts';
import type { IdentityOptions } from './identity-commands.ts';
import { describeList, listAsJson, noLines } from './identity-import-command.ts';
import { withBulkCloud } from './open-bulk-cloud.ts';
import { withAbort } from './open-identity.ts';
import { EXIT, type Output } from './output.ts';

export type BulkOptions = IdentityOptions & {
  readonly station: string;
  readonly product: number;
  readonly preview?: boolean;
  readonly check?: boolean;
  readonly yes?: boolean;
  readonly resume?: boolean;
  readonly out?: string;
  readonly perRequest?: number;
  readonly planDevices?: number;
};

/** One kind of job: what of a line it sends, how it is done, and how many of it are done already. */
type Kind<Identifier extends string> = {
  readonly name: 'pre-add' | 'import-sims';
  readonly identifierOf: Parameters<typeof bulkItems<Identifier>>[1];
  readonly carryOut: (items: BulkItems<Identifier>['items'], setting: BulkSetting) => Promise<void>;
  readonly countThere: (items: BulkItems<Identifier>['items'], look: BulkLook) => Promise<FoundThere>;
};

/** `cloud pre-add FILE`: exit 0 when every unit of the list is proven to be in the product; without `--yes` it is the preview. */
export async function preAddCommand(
  [file = '']: readonly string[],
  options: BulkOptions,
  output: Output,
): Promise<number> {
  const kind = {
    name: 'pre-add',
    identifierOf: preAddIdentifier,
    carryOut: preAddUnits,
    countThere: countMembers,
  } as const;
  return bulkCommand(file, kind, options, output);
}

/** `cloud import-sims FILE`: exit 0 when every SIM of the list is in the product; without `--yes` it is the preview. */
export async function importSimsCommand(
  [file = '']: readonly string[],
  options: BulkOptions,
  output: Output,
): Promise<number> {
  return bulkCommand(
    file,
    {
      name: 'import-sims',
      identifierOf: ({ iccid }) => iccid,
      carryOut: (items, setting) => {
        const sleep = (milliseconds: number, signal: AbortSignal) => waitUntil(undefined, signal, milliseconds);
        return importSims(items, { ...setting, sleep });
      },
      countThere: countSims,
    },
    options,
    output,
  );
}

async function bulkCommand<Identifier extends string>(
  path: string,
  kind: Kind<Identifier>,
  options: BulkOptions,
  output: Output,
): Promise<number> {
  return withAbort(output, async (signal) => {
    const list = await readSupplierFile(path, { signal });
    const items = bulkItems(list.lines, kind.identifierOf);
    if (items.items.length === 0) throw noLines(list);
    return withBulkCloud(options.station, options.product, async (cloud, stationData, cloudTime) => {
      const { product: productId, perRequest } = options;
      const look = { cloud, productId, signal };
      if (options.preview === true || options.yes !== true) {
        const found = options.check === true ? await kind.countThere(items.items, look) : undefined;
        return tellPreview(list, items, kind.name, { ...found, planDevices: options.planDevices }, output);
      }
      // The station may have been told another data folder as well; the record of imports is the one that it works with.
      const dataFolder = options.hasOwnData ? options.data : stationData;
      const setting = {
        ...look,
        list: list.name,
        now: () => cloudTime() ?? new Date(),
        ...(perRequest === undefined ? {} : { perRequest }),
      };
      return carryOut({ path, list, items, kind, dataFolder }, setting, options, output);
    });
  });
}

function tellPreview(
  list: SupplierFile,
  items: BulkItems<string>,
  name: string,
  { there, members, planDevices }: Partial<FoundThere> & { readonly planDevices: number | undefined },
  output: Output,
): number {
  const toSend = items.items.length;
  const shortage = members === undefined ? undefined : planShortage(members, toSend - (there ?? 0), planDevices);
  const counts = { toSend, without: items.without.length, repeated: items.repeated.length };
  output.result(
    {
      ok: true,
      preview: true,
      job: name,
      ...listAsJson(list),
      ...counts,
      ...(there === undefined ? {} : { alreadyThere: there }),
      ...(shortage === undefined ? {} : { shortage }),
    },
    [
      ...describeList(list),
      `  ${toSend} to send, ${counts.repeated} more name one of these again, ${counts.without} name none for this job`,
      ...(there === undefined ? [] : [`  ${there} of them are in the product already`]),
      ...(shortage === undefined ? [] : [`  mind: ${shortage}`]),
      'Nothing was sent. Add --yes to do it: SIMs are activated, and that costs money.',
    ].join('\n'),
  );
  return EXIT.good;
}

async function carryOut<Identifier extends string>(
  job: {
    readonly path: string;
    readonly list: SupplierFile;
    readonly items: BulkItems<Identifier>;
    readonly kind: Kind<Identifier>;
    readonly dataFolder: string;
  },
  setting: Omit<BulkSetting, 'journal' | 'simImports'>,
  options: BulkOptions,
  output: Output,
): Promise<number> {
  const { path, list, items, kind, dataFolder } = job;
  const resume = options.resume === true;
  const out = resolve(options.out ?? `${path}.${kind.name}.csv`);
  if (out === resolve(path)) throw new StationError('request/invalid', 'The result file cannot be the list itself.');
  if (!resume && existsSync(out)) throw new StationError('request/invalid', `There is a file ${out} already.`);
  const facts = { kind: kind.name, productId: setting.productId, file: list.name, sha256: list.sha256 };
  const simImports = openSimImports(dataFolder);
  let journal: BulkJournal | undefined;
  try {
    journal = openBulkJournal(`${out}.job`, facts, resume);
    let stopped: unknown;
    try {
      await kind.carryOut(items.items, { ...setting, journal, simImports, progress: progressOn(output) });
    } catch (thrown) {
      if (!(thrown instanceof StationError)) throw thrown;
      stopped = thrown;
    }
    const rows = resultRows(list.lines, items, journal.marks());
    await writeResultFile(out, rows);
    const results = countResults(rows);
    const isSettled = journal.settled() === items.items.length;
    const isDone = isSettled && results.refused === undefined && results.failed === undefined;
    const failure = stopped === undefined ? undefined : failureOf(stopped);
    output.result(
      {
        ok: isDone,
        job: kind.name,
        product: setting.productId,
        file: list.name,
        sha256: list.sha256,
        results,
        resultFile: out,
        ...(failure === undefined ? {} : { stoppedBy: { code: failure.code, detail: failure.detail } }),
      },
      [
        ...Object.entries(results).map(([result, lines]) => `${String(lines).padStart(7)} ${result}`),
        `Each line with its reason: ${out}`,
        ...(isSettled ? [] : ['The job is not done; go on with it by adding --resume.']),
      ].join('\n'),
    );
    if (failure !== undefined) return output.json ? EXIT.bad : output.failed(failure);
    return isDone ? EXIT.good : EXIT.bad;
  } finally {
    journal?.close();
    simImports.close();
  }
}

/** One line of JSON after each answer of the cloud; for people, on standard error. */
function progressOn(output: Output): NonNullable<BulkSetting['progress']> {
  return ({ doing, settled, total }) => {
    if (output.json) output.result({ progress: { doing, settled, total } }, '');
    else console.error(`${doing}: ${settled} of ${total} settled`);
  };
}
