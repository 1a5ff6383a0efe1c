import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuditLog } from '../../../src-main/adapters/audit/audit-log.sqlite.ts';
import { createHttpCloud } from '../../../src-main/adapters/cloud/cloud.http.ts';
import { createCloudContact } from '../../../src-main/adapters/cloud/cloud-contact.ts';
import { createHttpProductEvents } from '../../../src-main/adapters/cloud/product-events.http.ts';
import type { CloudWork, OnlineProof } from '../../../src-main/domain/cloud-work.ts';
import type { Failure } from '../../../src-main/domain/failure.ts';
import type { OnlinePace } from '../../../src-main/online/online-pace.ts';
import { OnlineWatch, type OnlineWatchOptions } from '../../../src-main/online/online-watch.ts';
import type { AuditLog } from '../../../src-main/ports/audit-log.ts';
import { type DeviceLife, deviceLife } from '../../../src-main/virtual/cloud/device-life.ts';
import {
  createVirtualCloud,
  type VirtualCloud,
  type VirtualCloudOptions,
} from '../../../src-main/virtual/cloud/virtual-cloud.ts';
import { sampleBegun, sampleEnded } from '../audit/sample-records.ts';
import { BATCH, deviceId, iccid, PRODUCT } from '../outbox/outbox-bench.ts';

export const HOUR = 3_600_000;
/** Sweeps come one after the other, so that nothing in a test waits for the next. */
const HURRY: Partial<OnlinePace> = {
  gatherMs: 2,
  soonMs: 20,
  sweepMs: 20,
  calmMs: 20,
  firstPauseMs: 5,
  longestPauseMs: 50,
};

/** What a unit says of its firmware when it is as its recipe wants it. */
export const AS_BUILT = { deviceOs: '6.2.0', version: 7 };

export type OnlineBench = AsyncDisposable & {
  readonly virtual: VirtualCloud;
  readonly life: DeviceLife;
  readonly audit: AuditLog;
  readonly data: string;
  readonly troubles: Failure[];
  /** A station's watch on this record; the one before is closed first. */
  open(more?: Partial<OnlineWatchOptions>): Promise<OnlineWatch>;
  /** Puts a unit with a live SIM into the product, the record, and the watch that is open. */
  pass(unit: number, more?: Partial<CloudWork>): CloudWork;
  proof(runId: string): OnlineProof | undefined;
  /** Resolves when this holds. */
  until(holds: () => boolean): Promise<void>;
  requests(endpoint: string): number;
};

/** A virtual cloud whose time passes only as the test says, the station's clients on it, and a record of its own. */
export async function openOnlineBench(units: number, options: VirtualCloudOptions = {}): Promise<OnlineBench> {
  const virtual = await createVirtualCloud({
    products: [{ id: PRODUCT, platformId: 13, team: ['op@example.com'] }],
    units: Array.from({ length: units }, (_, unit) => ({
      deviceId: deviceId(unit),
      platformId: 13,
      iccid: iccid(unit),
      productId: PRODUCT,
    })),
    ...options,
  });
  for (const sim of virtual.state.sims.values()) Object.assign(sim, { status: 'active', productId: PRODUCT });
  const contact = createCloudContact();
  const settings = {
    baseUrl: virtual.baseUrl,
    token: async () => virtual.token,
    appVersion: '0.1.0',
    contact,
    pace: { tries: 1, firstWaitMs: 5, longestWaitMs: 20 },
  };
  const cloud = createHttpCloud(settings);
  const events = createHttpProductEvents(settings);
  const data = await mkdtemp(join(tmpdir(), 'linewright-online-'));
  const audit = openAuditLog(data);
  const troubles: Failure[] = [];
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  let watch: OnlineWatch | undefined;
  const bench: OnlineBench = {
    virtual,
    life: deviceLife(virtual.state),
    audit,
    data,
    troubles,
    async open(more = {}) {
      await watch?.close();
      const { pace, ...rest } = more;
      watch = new OnlineWatch(BATCH, {
        audit,
        cloud,
        events,
        cloudTime: contact.cloudTime,
        pace: { ...HURRY, ...pace },
        changed,
        troubled: (trouble) => {
          troubles.push(trouble);
          changed();
        },
        ...rest,
      });
      return watch;
    },
    pass(unit, more = {}) {
      const work: CloudWork = {
        runId: `run-${unit}-${Math.random().toString(36).slice(2)}`,
        at: new Date().toISOString(),
        productId: PRODUCT,
        deviceId: deviceId(unit),
        batch: BATCH,
        carton: 'C-17',
        serialNumber: `P046AF${String(unit).padStart(9, '0')}`,
        sim: { iccid: iccid(unit), form: 'embedded', activation: 'fast' },
        online: { productVersion: 7, withinHours: 24, since: virtual.state.clock.iso() },
        reached: 'sim-active',
        isDone: true,
        ...more,
      };
      audit.beginRun(sampleBegun(work.runId, { batch: work.batch }));
      audit.endRun(sampleEnded(work.runId, { unit: { deviceId: work.deviceId } }), work);
      watch?.add(work);
      return work;
    },
    proof: (runId) => audit.readRun(runId)?.cloud?.online,
    until: (holds) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!holds()) return;
          listeners.delete(check);
          resolve();
        };
        listeners.add(check);
        check();
      }),
    requests: (endpoint) => virtual.requests.list().filter((request) => request.endpoint === endpoint).length,
    async [Symbol.asyncDispose]() {
      await watch?.close();
      audit.close();
      await virtual.close();
      await rm(data, { recursive: true });
    },
  };
  return bench;
}
