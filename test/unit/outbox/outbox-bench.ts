import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuditLog } from '../../../src-main/adapters/audit/audit-log.sqlite.ts';
import { createHttpCloud } from '../../../src-main/adapters/cloud/cloud.http.ts';
import { openSimImports } from '../../../src-main/adapters/identity/sim-imports.sqlite.ts';
import type { CloudStanding, CloudWork } from '../../../src-main/domain/cloud-work.ts';
import type { Failure } from '../../../src-main/domain/failure.ts';
import { Outbox } from '../../../src-main/outbox/outbox.ts';
import type { OutboxPace } from '../../../src-main/outbox/outbox-pace.ts';
import type { AuditLog } from '../../../src-main/ports/audit-log.ts';
import type { BulkCloud } from '../../../src-main/ports/cloud.ts';
import type { SimImports } from '../../../src-main/ports/sim-imports.ts';
import {
  createVirtualCloud,
  type VirtualCloud,
  type VirtualCloudOptions,
} from '../../../src-main/virtual/cloud/virtual-cloud.ts';
import { sampleBegun, sampleEnded } from '../audit/sample-records.ts';

export const PRODUCT = 12345;
export const BATCH = '2026w10';

/** A thousand times faster than on a line, so that nothing waits. */
const HURRY: Partial<OutboxPace> = {
  gatherMs: 5,
  proveWithinMs: 60,
  proveAtMostMs: 300,
  firstPauseMs: 2,
  longestPauseMs: 20,
  speed: 1_000,
};

export type OutboxBench = AsyncDisposable & {
  readonly virtual: VirtualCloud;
  readonly cloud: BulkCloud;
  readonly audit: AuditLog;
  readonly simImports: SimImports;
  readonly data: string;
  /** What a person was told, in order. */
  readonly troubles: { readonly standing: CloudStanding; readonly failure: Failure }[];
  /** A station's outbox on this record; the one before is closed first. */
  open(more?: { pace?: Partial<OutboxPace>; cloudTime?: () => Date }): Promise<Outbox>;
  /** Puts a unit that passed into the record, and into the outbox that is open. */
  pass(unit: number, more?: Partial<CloudWork>): CloudWork;
  passWithoutSim(unit: number): CloudWork;
  /** Resolves when nothing is left to do. */
  idle(): Promise<void>;
  /** Resolves when the backlog is so. */
  until(accepts: (outbox: Outbox) => boolean): Promise<void>;
  standing(runId: string): CloudStanding;
  /** How many requests went to these endpoints; all without a name. */
  requests(endpoint?: string): number;
};

/** A station file for the bench's cloud and record; answers with its path. */
export function writeStationFile(
  { virtual, data }: Pick<OutboxBench, 'virtual' | 'data'>,
  token: { readonly env: string } | { readonly file: string },
): string {
  const file = join(data, 'station.json');
  const station = {
    format: 1,
    name: 'line-1',
    cloud: { baseUrl: virtual.baseUrl, token },
    products: [PRODUCT],
    recipe: 'recipe.json',
    slots: [{ name: '1' }],
    data: '.',
  };
  writeFileSync(file, JSON.stringify(station));
  return file;
}

export function deviceId(unit: number): string {
  return `e00fce68${unit.toString(16).padStart(16, '0')}`;
}

export function iccid(unit: number): string {
  return `89${String(unit).padStart(17, '0')}`;
}

/** Another station with a record of its own on the same cloud, that built the same units. */
export async function openSecondStation(
  { cloud }: Pick<OutboxBench, 'cloud'>,
  works: readonly CloudWork[],
): Promise<AsyncDisposable & { readonly outbox: Outbox; readonly audit: AuditLog }> {
  const data = await mkdtemp(join(tmpdir(), 'linewright-outbox-'));
  const audit = openAuditLog(data);
  const simImports = openSimImports(data);
  for (const work of works) {
    audit.beginRun(sampleBegun(work.runId, { batch: work.batch }));
    audit.endRun(sampleEnded(work.runId), work);
  }
  const outbox = new Outbox(BATCH, {
    audit,
    cloud,
    simImports,
    pace: HURRY,
    changed: () => undefined,
    troubled: () => undefined,
  });
  return {
    outbox,
    audit,
    async [Symbol.asyncDispose]() {
      await outbox.close();
      simImports.close();
      audit.close();
      await rm(data, { recursive: true });
    },
  };
}

/** A virtual cloud with so many units that the factory made, the station's client on it, and a record of its own. */
export async function openOutboxBench(
  units: number,
  { removable = false, token, ...options }: VirtualCloudOptions & { readonly removable?: boolean } = {},
): Promise<OutboxBench> {
  const virtual = await createVirtualCloud({
    clockSpeed: 1_000,
    products: [
      { id: PRODUCT, platformId: 13, team: ['op@example.com'] },
      { id: 777, platformId: 13, team: ['other@example.net'] },
    ],
    units: Array.from({ length: units }, (_, index) => ({
      deviceId: deviceId(index),
      platformId: 13,
      iccid: iccid(index),
      ...(removable ? { simForm: '4ff' as const } : {}),
    })),
    ...(token === undefined ? {} : { token }),
    ...options,
  });
  const cloud = createHttpCloud({
    baseUrl: virtual.baseUrl,
    token: async () => virtual.token,
    appVersion: '0.1.0',
    pace: { tries: 1 },
  });
  const data = await mkdtemp(join(tmpdir(), 'linewright-outbox-'));
  const audit = openAuditLog(data);
  const simImports = openSimImports(data);
  const troubles: OutboxBench['troubles'] = [];
  const listeners = new Set<() => void>();
  let outbox: Outbox | undefined;
  const present = (): Outbox => {
    if (outbox === undefined) throw new Error('No outbox is open.');
    return outbox;
  };
  const bench: OutboxBench = {
    virtual,
    cloud,
    audit,
    simImports,
    data,
    troubles,
    async open({ pace, cloudTime } = {}) {
      await outbox?.close();
      outbox = new Outbox(BATCH, {
        audit,
        cloud,
        simImports,
        pace: { ...HURRY, ...pace },
        ...(cloudTime === undefined ? {} : { cloudTime }),
        changed: () => {
          for (const listener of listeners) listener();
        },
        troubled: (standing, failure) => troubles.push({ standing, failure }),
      });
      return outbox;
    },
    passWithoutSim: (unit) => bench.pass(unit, { sim: undefined } as unknown as Partial<CloudWork>),
    pass(unit, more = {}) {
      const runId = more.runId ?? `run-${unit}-${Math.random().toString(36).slice(2)}`;
      const work: CloudWork = {
        runId,
        at: new Date().toISOString(),
        productId: PRODUCT,
        deviceId: deviceId(unit),
        batch: BATCH,
        serialNumber: `P046AF${String(unit).padStart(9, '0')}`,
        sim: { iccid: iccid(unit), form: removable ? 'removable' : 'embedded', activation: 'fast' },
        reached: 'built',
        isDone: false,
        ...more,
      };
      audit.beginRun(sampleBegun(runId, { batch: work.batch }));
      audit.endRun(sampleEnded(runId, { unit: { deviceId: work.deviceId, iccid: iccid(unit) } }), work);
      outbox?.add(work);
      return work;
    },
    idle: () => present().idle(AbortSignal.timeout(25_000)),
    until: (accepts) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!accepts(present())) return;
          listeners.delete(check);
          resolve();
        };
        listeners.add(check);
        check();
      }),
    standing(runId) {
      const cloudSide = audit.readRun(runId)?.cloud;
      if (cloudSide === undefined) throw new Error(`Run ${runId} has no cloud work.`);
      return cloudSide;
    },
    requests: (endpoint) =>
      virtual.requests.list().filter((request) => endpoint === undefined || request.endpoint === endpoint).length,
    async [Symbol.asyncDispose]() {
      await outbox?.close();
      simImports.close();
      audit.close();
      await virtual.close();
      await rm(data, { recursive: true });
    },
  };
  return bench;
}
