import { readSupplierFile, usableLines } from '../adapters/identity/read-supplier-file.ts';
import { StationError } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import type { SupplierFile } from '../identity/supplier-line.ts';
import type { BookChange } from '../ports/identity-book.ts';
import type { IdentityOptions } from './identity-commands.ts';
import { dataFolderOf, withAbort, withBook } from './open-identity.ts';
import { EXIT, type Output } from './output.ts';

/** `identity import FILE…`: exit 0 when every file was taken in and nothing in it contradicts the book. */
export async function importListsCommand(
  files: readonly string[],
  options: IdentityOptions & { readonly preview?: boolean },
  output: Output,
): Promise<number> {
  return withAbort(output, async (signal) => {
    const folder = await dataFolderOf(options);
    let exit: number = EXIT.good;
    for (const path of files) {
      const file = await readSupplierFile(path, { signal });
      if (file.counts.usable === 0) throw noLines(file);
      const change = options.preview === true ? undefined : await addToBook(folder, file);
      tell(file, change, output);
      if (change !== undefined && change.contradictions.length > 0) exit = EXIT.bad;
    }
    return exit;
  });
}

/** The line counts of a list in words, and its first unusable lines. */
export function describeList({ name, sheet, counts, lines }: SupplierFile): readonly string[] {
  const unusable = lines.filter((line) => line.kind === 'unusable');
  const where = sheet === undefined ? '' : `, sheet ${sheet}`;
  return [
    `${name}${where}: ${lines.length} lines; ${counts.usable} to use, ${counts.unusable} unusable, ${counts.duplicate} duplicate, ${counts.blank + counts.comment + counts.header} blank, comment or header`,
    ...unusable.slice(0, MOST_SHOWN).map(({ line, reason }) => `  line ${line}: ${reason}`),
    ...(unusable.length > MOST_SHOWN ? [`  and ${unusable.length - MOST_SHOWN} more; --json tells all`] : []),
  ];
}

/** The same for a program: every line that is not used, with its reason. */
export function listAsJson({ name, sheet, sha256, sizeBytes, counts, lines }: SupplierFile): JsonObject {
  return {
    file: name,
    ...(sheet === undefined ? {} : { sheet }),
    sha256,
    sizeBytes,
    lines: { all: lines.length, ...counts },
    unusable: lines.flatMap((line) => (line.kind === 'unusable' ? [{ line: line.line, reason: line.reason }] : [])),
    duplicates: lines.flatMap((line) => (line.kind === 'duplicate' ? [{ line: line.line, of: line.of }] : [])),
  };
}

/** `identity/no-lines`, with the first reasons why. */
export function noLines(file: SupplierFile): StationError {
  const [, ...reasons] = describeList(file);
  const why = reasons.slice(0, 5).map((reason) => reason.trim());
  return new StationError('identity/no-lines', [`${file.name} has no line that can be used.`, ...why].join(' '), {
    evidence: { file: file.name, sha256: file.sha256 },
  });
}

const MOST_SHOWN = 20;

async function addToBook(folder: string, file: SupplierFile): Promise<BookChange> {
  const change = await withBook(folder, (book) => book.add(file, usableLines(file.lines)), { mustExist: false });
  if (change === undefined) throw new StationError('run/bug', 'The book was not made.');
  return change;
}

function tell(file: SupplierFile, change: BookChange | undefined, output: Output): void {
  if (change === undefined) {
    output.result({ ok: true, preview: true, ...listAsJson(file) }, describeList(file).join('\n'));
    return;
  }
  const { added, completed, known, contradictions } = change;
  const conflicts = contradictions.map(({ line, what }) => ({ line, what }));
  output.result(
    { ok: conflicts.length === 0, ...listAsJson(file), book: { added, completed, known, contradictions: conflicts } },
    [
      ...describeList(file),
      `  in the book: ${added} new units, ${completed} completed, ${known} known before, ${conflicts.length} contradictions`,
      ...conflicts.slice(0, MOST_SHOWN).map(({ line, what }) => `  line ${line} CONTRADICTS: ${what}`),
      ...(conflicts.length > MOST_SHOWN ? ['  and more: linewright identity conflicts'] : []),
    ].join('\n'),
  );
}
