import { StationError } from '../domain/failure.ts';
import type { Iccid } from '../domain/iccid.ts';
import type { BulkJournal } from '../ports/bulk-journal.ts';
import type { BulkCloud, CloudOptions } from '../ports/cloud.ts';
import type { UnitIdentifiers } from '../ports/identity-book.ts';
import type { SimImports } from '../ports/sim-imports.ts';
import type { SupplierLine } from './supplier-line.ts';

/** What is needed to look at a product. */
export type BulkLook = {
  readonly cloud: BulkCloud;
  readonly productId: number;
  readonly signal: AbortSignal;
  /** How long one call to the cloud may take with all its tries. */
  readonly timeoutMs?: number;
};

/** What a bulk job works with. */
export type BulkSetting = BulkLook & {
  /** Name of the list: what others are told of the job. */
  readonly list: string;
  readonly journal: BulkJournal;
  /** The one record of SIM imports that the job shares with the station on this data folder and its other jobs. */
  readonly simImports: SimImports;
  /** The cloud's time where it is known. */
  readonly now: () => Date;
  readonly progress?: (progress: BulkProgress) => void;
  /** Identifiers in one request; the most a cloud takes is not known (cloud-api.md U4). */
  readonly perRequest?: number;
};

/** How far a job is; told after every answer. */
export type BulkProgress = {
  readonly doing: 'looking' | 'asking' | 'reading back';
  readonly settled: number;
  readonly total: number;
};

/** One identifier of a job, the line it is from, and the SIM that the line names. */
export type BulkItem<Identifier extends string = string> = {
  readonly line: number;
  readonly identifier: Identifier;
  readonly iccid?: Iccid;
};

export const PER_REQUEST = 100;

/** Rows of a page when a whole list is read; a server may give fewer (cloud-api.md 3.5). */
export const PER_PAGE = 500;

/** What a list gives a job, by the identifier it would send. Lines of the list that have none, or the same as an earlier one, are told. */
export type BulkItems<Identifier extends string> = {
  readonly items: readonly BulkItem<Identifier>[];
  readonly without: readonly number[];
  readonly repeated: readonly { readonly line: number; readonly of: number }[];
};

/** The items of a list. */
export function bulkItems<Identifier extends string>(
  lines: readonly SupplierLine[],
  identifierOf: (identifiers: UnitIdentifiers) => Identifier | undefined,
): BulkItems<Identifier> {
  const items = new Map<Identifier, BulkItem<Identifier>>();
  const without: number[] = [];
  const repeated: { line: number; of: number }[] = [];
  for (const line of lines) {
    if (line.kind !== 'usable') continue;
    const identifier = identifierOf(line.identifiers);
    const { iccid } = line.identifiers;
    const before = identifier === undefined ? undefined : items.get(identifier);
    if (identifier === undefined) without.push(line.line);
    else if (before !== undefined) repeated.push({ line: line.line, of: before.line });
    else items.set(identifier, { line: line.line, identifier, ...(iccid === undefined ? {} : { iccid }) });
  }
  return { items: [...items.values()], without, repeated };
}

/** What a unit is pre-added by: the cloud takes any of its identifiers and echoes the one it was sent (cloud-api.md trap 4). */
export function preAddIdentifier({ deviceId, serialNumber, imei, iccid }: UnitIdentifiers) {
  return deviceId ?? serialNumber ?? imei ?? iccid;
}

/** The options of a call that nobody on the line waits for. */
export function callOptions({
  signal,
  timeoutMs = CALL_TIMEOUT_MS,
}: Pick<BulkLook, 'signal' | 'timeoutMs'>): CloudOptions {
  return { signal, timeoutMs, priority: 'background' };
}

/** Longer than one bulk import may take (cloud-api.md 3.3), tries included. */
const CALL_TIMEOUT_MS = 300_000;

/** Tells how far the job is. */
export function tell(
  { progress, journal }: BulkSetting,
  doing: BulkProgress['doing'],
  items: readonly BulkItem[],
): void {
  progress?.({ doing, settled: journal.settled(), total: items.length });
}

/**
 * Sends items in requests of at most `perRequest`. A request that the cloud refuses as a whole goes again in halves, down to the one
 * item it is about; when both halves are taken it was too long, and the following are no longer than that.
 */
export async function inRequests<Item>(
  items: readonly Item[],
  perRequest: number,
  send: (part: readonly Item[]) => Promise<void>,
  refused: (item: Item, thrown: StationError) => void,
): Promise<void> {
  const waiting = [...items];
  const limit = { most: Math.max(1, perRequest) };
  while (waiting.length > 0) await sendPart(waiting.splice(0, limit.most), limit, send, refused);
}

async function sendPart<Item>(
  part: readonly Item[],
  limit: { most: number },
  send: (part: readonly Item[]) => Promise<void>,
  refused: (item: Item, thrown: StationError) => void,
): Promise<boolean> {
  try {
    await send(part);
    return true;
  } catch (thrown) {
    if (!(thrown instanceof StationError) || thrown.code !== 'cloud/refused') throw thrown;
    const [only] = part;
    if (part.length === 1 && only !== undefined) {
      refused(only, thrown);
      return false;
    }
  }
  const half = Math.ceil(part.length / 2);
  const first = await sendPart(part.slice(0, half), limit, send, refused);
  const second = await sendPart(part.slice(half), limit, send, refused);
  if (first && second) limit.most = Math.min(limit.most, half);
  return first && second;
}
