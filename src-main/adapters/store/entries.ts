import { open } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { StationError } from '../../domain/failure.ts';
import { MODULE_FUNCTIONS } from '../../domain/module-report.ts';
import { PLATFORMS } from '../../domain/platform.ts';
import type { DeviceOsSet, Kept, Origin, ProductBinary } from '../../ports/firmware-store.ts';
import { writeDurably } from './durable-file.ts';
import { HASH, hashOf, namesIn, putObject, type StoreFolder } from './object-folder.ts';

/*
 * The index of the store: one small JSON file per Device OS set or product binary, named by the SHA-256 of what it pins. Files and not
 * a database, because each is written once, whole, in one step: there is nothing to lock, to migrate or to repair, two processes that
 * add the same thing write the same file, and a power cut leaves it or does not. What is listed is read anew from these files, so no
 * summary of them can be out of date. An entry is written after its objects; it is what makes them part of the store. What it pins is
 * an object too, whose hash is the entry's id, so that lost entries can be rebuilt from the objects (rebuild-entries.ts).
 */

type SetContent = Omit<DeviceOsSet, 'id'>;
type ProductContent = Omit<ProductBinary, 'id'>;
export type Entry = Kept<DeviceOsSet> | Kept<ProductBinary>;

/** What an entry has besides what it pins. */
export type EntryHistory = { readonly origin: Origin; readonly files: Readonly<Record<string, string>> };

/** What the object of an entry says, or undefined when it is another object. */
export function readEntryObject(bytes: Uint8Array): SetContent | ProductContent | undefined {
  const text = Buffer.from(bytes).toString('utf8', 0, MAX_BYTES);
  if (!text.startsWith('{"kind":')) return undefined;
  try {
    const read = CONTENT.safeParse(JSON.parse(text));
    // As it was written, because its order of members is part of its hash.
    return read.success ? (JSON.parse(text) as SetContent | ProductContent) : undefined;
  } catch {
    return undefined;
  }
}

/** Adds an entry whose objects are all there. The first to add it stays its origin. */
export async function putEntry(
  store: StoreFolder,
  content: SetContent | ProductContent,
  history: EntryHistory,
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  const id = await putObject(store, Buffer.from(JSON.stringify(content)));
  const path = join(store.entries, `${id}.json`);
  const kept = { ...bounded(history), addedAt: new Date().toISOString() };
  const text = JSON.stringify({ format: 1, content, history: kept }, null, 2);
  const bytes = Buffer.from(`${text}\n`);
  const outcome = await writeDurably(path, bytes, { temporary: store.temporary, replace: 'never' });
  if (outcome === 'written') return { id, isNew: true };
  // A damaged entry of this id gives way to the whole one.
  if ((await readEntry(store, id)) !== undefined) return { id, isNew: false };
  await writeDurably(path, bytes, { temporary: store.temporary, replace: 'always' });
  return { id, isNew: true };
}

/** Names for people, of any length where they come from; an entry that is too long to be read back would be a damaged one. */
function bounded({ origin, files }: EntryHistory): EntryHistory {
  const names = Object.entries(files).map(([sha256, name]) => [sha256, shortened(name, FILE_NAME_MAX)]);
  return { origin: { ...origin, from: shortened(origin.from, ORIGIN_MAX) }, files: Object.fromEntries(names) };
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length / 2)}…${text.slice(1 - length / 2)}`;
}

const ORIGIN_MAX = 2000;
const FILE_NAME_MAX = 500;

/** All entries that are whole, oldest first, and the ids of those that are not. */
export async function readEntries(
  store: StoreFolder,
): Promise<{ readonly entries: readonly Entry[]; readonly damaged: readonly string[] }> {
  const entries: Entry[] = [];
  const damaged: string[] = [];
  for (const name of await namesIn(store.entries)) {
    const id = /^(.+)\.json$/.exec(name)?.[1];
    if (id === undefined || !HASH.test(id)) continue;
    const entry = await readEntry(store, id);
    if (entry === undefined) damaged.push(id);
    else entries.push(entry);
  }
  entries.sort((one, other) => (one.addedAt < other.addedAt ? -1 : one.addedAt > other.addedAt ? 1 : 0));
  return { entries, damaged };
}

/** The hashes of every object an entry pins. */
export function pinnedBy(entry: SetContent | ProductContent): readonly string[] {
  if (entry.kind === 'device-os') return entry.modules.map(({ sha256 }) => sha256);
  return [entry.sha256, ...entry.assets.map(({ sha256 }) => sha256)];
}

/** An entry whose content has its hash; undefined for anything else. */
async function readEntry(store: StoreFolder, id: string): Promise<Entry | undefined> {
  let json: unknown;
  try {
    await using handle = await open(join(store.entries, `${id}.json`), 'r');
    if ((await handle.stat()).size > MAX_BYTES) return undefined;
    json = JSON.parse(await handle.readFile('utf8'));
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw new StationError('store/damaged', `The entry ${id} cannot be read.`, { cause: thrown });
  }
  const read = FILE.safeParse(json);
  if (!read.success) return undefined;
  // As it stands in the file, before the schema put it in order.
  if (hashOf(JSON.stringify((json as { content: object }).content)) !== id) return undefined;
  const { content, history } = read.data;
  const { archiveSha256, ...origin } = history.origin;
  return {
    ...content,
    id,
    ...history,
    origin: archiveSha256 === undefined ? origin : { ...origin, archiveSha256 },
  };
}

const MAX_BYTES = 256 * 1024;

const hash = z.string().regex(HASH);
const count = z.int().min(0);
const platform = z.enum(PLATFORMS.map(({ name }) => name));

const SET = z.strictObject({
  kind: z.literal('device-os'),
  platform,
  deviceOs: z.string().max(32),
  modules: z
    .array(
      z.strictObject({
        role: z.enum(['bootloader', 'prebootloader', 'radio-stack', 'ncp', 'system-part', 'application']),
        function: z.enum(MODULE_FUNCTIONS),
        index: count,
        version: count,
        sizeBytes: count,
        sha256: hash,
      }),
    )
    .max(16),
  lacks: z.array(z.enum(['radio-stack', 'ncp'])),
});

const PRODUCT = z.strictObject({
  kind: z.literal('product'),
  platform,
  productId: z.int().positive().nullable(),
  productVersion: z.int().min(1).max(65_535),
  builtWith: count,
  sha256: hash,
  sizeBytes: count,
  assets: z.array(z.strictObject({ name: z.string().max(300), sha256: hash, sizeBytes: count })).max(600),
});

const CONTENT = z.discriminatedUnion('kind', [SET, PRODUCT]);

const FILE = z.strictObject({
  format: z.literal(1),
  content: CONTENT,
  history: z.strictObject({
    origin: z.strictObject({
      from: z.string().max(ORIGIN_MAX),
      verified: z.enum(['own-file', 'given-sha256', 'checksum-file', 'cloud', 'unverified', 'rebuilt']),
      archiveSha256: hash.optional(),
    }),
    files: z.record(hash, z.string().max(FILE_NAME_MAX)),
    addedAt: z.iso.datetime(),
  }),
});
