import { failure } from '../domain/failure.ts';
import { parseLabel } from '../domain/label.ts';
import { claimOf } from '../identity/check-unit.ts';
import { named } from '../identity/combine-entries.ts';
import type { IdentityOptions } from './identity-commands.ts';
import { dataFolderOf, withAbort, withBook } from './open-identity.ts';
import { EXIT, type Output } from './output.ts';
import { scannedLines } from './run-units.ts';

/** `identity look TEXT`: exit 0 when the book knows the unit and no list contradicts another about it. */
export async function lookCommand(
  [text = '']: readonly string[],
  options: IdentityOptions,
  output: Output,
): Promise<number> {
  return withAbort(output, async () => {
    const label = parseLabel(text === '-' ? await firstLine() : text);
    if (!label.ok) return output.failed(label.failure);
    const { kind, value } = claimOf(label.value);
    const found = await withBook(
      await dataFolderOf(options),
      (book) => ({
        entry: book.find(kind, value),
        sources: book.sources(kind, value),
        contested: book.contested(kind, value),
      }),
      { mustExist: true },
    );
    const contested = found?.entry?.contested ?? found?.contested;
    if (found?.entry === undefined && contested === undefined) {
      return output.failed(failure('identity/unknown', `The book has no unit with ${label.value.kind} ${value}.`));
    }
    const identifiers = found?.entry?.identifiers ?? {};
    const sources = (found?.sources ?? []).map(({ name, line, at }) => ({ name, line, at }));
    output.result(
      { ok: contested === undefined, identifiers, sources, ...(contested === undefined ? {} : { contested }) },
      [
        found?.entry === undefined ? `Nothing certain is known of ${label.value.kind} ${value}.` : named(identifiers),
        ...sources.map(({ name, line, at }) => `  ${name} line ${line}, taken in ${at}`),
        ...(contested === undefined ? [] : [`  NOT USED, lists contradict each other: ${contested}`]),
      ].join('\n'),
    );
    return contested === undefined ? EXIT.good : EXIT.bad;
  });
}

/** `identity conflicts`: exit 0 when there are none. */
export async function conflictsCommand(
  _: readonly string[],
  options: IdentityOptions,
  output: Output,
): Promise<number> {
  return withAbort(output, async () => {
    const read = await withBook(
      await dataFolderOf(options),
      (book) => ({ conflicts: book.conflicts(), count: book.count() }),
      { mustExist: true },
    );
    const { units, sources } = read?.count ?? { units: 0, sources: 0 };
    const conflicts = (read?.conflicts ?? []).map(({ source: { name, at }, line, what }) => ({ name, line, at, what }));
    output.result(
      { ok: conflicts.length === 0, units, sources, conflicts },
      [
        `${units} units from ${sources} lists, ${conflicts.length} contradictions`,
        ...conflicts.map(({ name, line, what }) => `  ${name} line ${line}: ${what}`),
      ].join('\n'),
    );
    return conflicts.length === 0 ? EXIT.good : EXIT.bad;
  });
}

/** A label may hold a mobile secret, which should not stand on a command line. */
async function firstLine(): Promise<string> {
  for await (const { text } of scannedLines(process.stdin)) return text;
  return '';
}
