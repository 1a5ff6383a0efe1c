import type { CloudWork } from '../domain/cloud-work.ts';
import { parseDeviceId } from '../domain/device-id.ts';
import { type Result, StationError } from '../domain/failure.ts';
import { parseIccid } from '../domain/iccid.ts';
import type { BulkCloud, CloudDevice, CloudSim, Page, PageQuery } from '../ports/cloud.ts';
import { inBackground, isAboutOne, parts } from './lane.ts';

/** What a product shows of some units: by device ID and by ICCID. A thing that is not in its map is not in the product. */
export type ProductAsRead = {
  readonly devices: ReadonlyMap<string, CloudDevice | 'not told'>;
  readonly sims: ReadonlyMap<string, CloudSim | 'not told'>;
};

/**
 * Reads units and their SIMs from the lists of a product, or one by one where that takes fewer requests. What the lists do not show is
 * looked for by itself before it counts as absent, because rows move between pages while others are added (cloud-api.md 3.5).
 */
export async function readProduct(
  productId: number,
  works: readonly CloudWork[],
  { cloud, signal }: { readonly cloud: BulkCloud; readonly signal: AbortSignal },
): Promise<ProductAsRead> {
  const options = inBackground({ signal });
  const devices = await readRows<CloudDevice>(
    works.map(({ deviceId }) => deviceId),
    {
      list: (page) => cloud.listDevices(productId, page, options),
      read: async (deviceId) => cloud.device(productId, sure(parseDeviceId(deviceId)), options),
      idOf: ({ id }) => id,
    },
  );
  const iccids = works.flatMap(({ sim }) => (sim === undefined ? [] : [sim.iccid]));
  const sims = await readRows<CloudSim>(iccids, {
    list: (page) => cloud.listSims(productId, page, options),
    read: async (iccid) => cloud.sim(productId, sure(parseIccid(iccid)), options),
    idOf: ({ iccid }) => iccid,
  });
  return { devices, sims };
}

type Rows<Row> = {
  readonly list: (page: PageQuery) => Promise<Page<Row>>;
  readonly read: (id: string) => Promise<Row | undefined>;
  readonly idOf: (row: Row) => string;
};

async function readRows<Row>(ids: readonly string[], rows: Rows<Row>): Promise<Map<string, Row | 'not told'>> {
  const wanted = new Set(ids);
  const found = wanted.size > FEW ? await readList(wanted, rows) : new Map<string, Row | 'not told'>();
  const rest = [...wanted].filter((id) => !found.has(id));
  for (const part of parts(rest, PARALLEL_READS)) {
    const read = await Promise.all(part.map((id) => unlessNotTold(rows.read(id))));
    for (const [index, row] of read.entries()) {
      const id = part[index];
      if (id !== undefined && row !== undefined) found.set(id, row);
    }
  }
  return found;
}

/** The list, unless its first page tells that it is longer than reading one by one. */
async function readList<Row>(
  wanted: ReadonlySet<string>,
  { list, idOf }: Rows<Row>,
): Promise<Map<string, Row | 'not told'>> {
  const found = new Map<string, Row | 'not told'>();
  for (let page = 1, pages = 1; page <= pages && found.size < wanted.size; page += 1) {
    const { rows, totalPages } = await list({ page, perPage: PER_PAGE });
    for (const row of rows) if (wanted.has(idOf(row))) found.set(idOf(row), row);
    if (totalPages - page > wanted.size - found.size) break;
    pages = totalPages;
  }
  return found;
}

const FEW = 10;
const PARALLEL_READS = 4;
/** What the server gives counts; its own limit is UNVERIFIED (cloud-api.md 2.3). */
const PER_PAGE = 500;

async function unlessNotTold<Row>(answer: Promise<Row | undefined>): Promise<Row | 'not told' | undefined> {
  try {
    return await answer;
  } catch (thrown) {
    if (isAboutOne(thrown)) return 'not told';
    throw thrown;
  }
}

/** The record holds only identifiers that were parsed; one that was tampered with must not reach a URL. */
function sure<Value>(parsed: Result<Value>): Value {
  if (parsed.ok) return parsed.value;
  throw new StationError('audit/damaged', `The cloud work of a unit names no identifier: ${parsed.failure.detail}`);
}
