import { posix } from 'node:path';
import type { ZipArchive, ZipEntry } from '../store/zip-archive.ts';
import { readXmlPart } from './xml-part.ts';

/** Where things are in the zip of a workbook. */
export type WorkbookParts = {
  /** In the order of the tabs, hidden ones too; sheets of charts are none. */
  readonly sheets: readonly { readonly name: string; readonly part: ZipEntry }[];
  readonly sharedStrings: ZipEntry | undefined;
  readonly styles: ZipEntry | undefined;
};

/**
 * Finds the parts of a workbook by their relationships (ECMA-376 part 2, 6.5; part 1, 12.3.23 and 18.2.20), transitional or strict.
 * Names of parts differ in upper and lower case between programs, and mean the same. Throws an Error with one sentence.
 */
export async function findWorkbookParts({ files }: ZipArchive, signal: AbortSignal): Promise<WorkbookParts> {
  const parts = new Map(files.map((file) => [file.path.toLowerCase(), file]));
  const find = (path: string): ZipEntry | undefined => parts.get(path.toLowerCase());
  const root = await readRelations(find('_rels/.rels'), '', signal);
  const workbookPath = root.find(({ type }) => type === 'officeDocument')?.path ?? 'xl/workbook.xml';
  const workbook = find(workbookPath);
  if (workbook === undefined || !/\.xml$/i.test(workbookPath)) {
    throw new Error('it has no workbook of the .xlsx kind in it; save it as .xlsx or .csv');
  }
  const folder = posix.dirname(workbookPath);
  const relations = await readRelations(
    find(posix.join(folder, '_rels', `${posix.basename(workbookPath)}.rels`)),
    folder,
    signal,
  );
  const pathOf = (type: string): string => relations.find((one) => one.type === type)?.path ?? '';
  const listed = await readSheetList(workbook, signal);
  const sheets = listed.flatMap(({ name, id }) => {
    const relation = relations.find((one) => one.id === id);
    if (relation !== undefined && relation.type !== 'worksheet') return [];
    const part = find(relation?.path ?? '');
    if (part === undefined) throw new Error(`its sheet "${name}" is missing`);
    return [{ name, part }];
  });
  return { sheets, sharedStrings: find(pathOf('sharedStrings')), styles: find(pathOf('styles')) };
}

type Relation = {
  readonly id: string;
  /** The last word of its address: the addresses of the two editions of the standard differ before it. */
  readonly type: string;
  readonly path: string;
};

/** More than any workbook has; each sheet is looked for among the relations. */
const MOST_LISTED = 2000;

async function readRelations(
  part: ZipEntry | undefined,
  folder: string,
  signal: AbortSignal,
): Promise<readonly Relation[]> {
  const relations: Relation[] = [];
  if (part === undefined) return relations;
  const open = (name: string, attributes: () => Readonly<Record<string, string>>): void => {
    if (name !== 'Relationship') return;
    const { Id: id = '', Type = '', Target = '', TargetMode } = attributes();
    if (TargetMode === 'External') return;
    const path = Target.startsWith('/') ? posix.normalize(Target).slice(1) : posix.join(folder, Target);
    relations.push({ id, type: Type.slice(Type.lastIndexOf('/') + 1), path });
    if (relations.length > MOST_LISTED) throw new Error('it has more parts than any workbook');
  };
  await readXmlPart(part, { open }, signal);
  return relations;
}

async function readSheetList(
  workbook: ZipEntry,
  signal: AbortSignal,
): Promise<readonly { readonly name: string; readonly id: string }[]> {
  const sheets: { name: string; id: string }[] = [];
  const open = (element: string, attributes: () => Readonly<Record<string, string>>): void => {
    if (element !== 'sheet') return;
    const all = attributes();
    const id = Object.keys(all).find((key) => /(^|:)id$/.test(key)); // `r:id`; the prefix is the writer's choice
    const name = (all.name ?? '').replace(/\p{Cc}/gu, '?').slice(0, LONGEST_NAME);
    sheets.push({ name, id: id === undefined ? '' : (all[id] ?? '') });
    if (sheets.length > MOST_LISTED) throw new Error('it has more sheets than any workbook');
  };
  await readXmlPart(workbook, { open }, signal);
  return sheets;
}

/** Excel allows 31 characters. */
const LONGEST_NAME = 100;
