import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuditLog } from '../../../src-main/adapters/audit/audit-log.sqlite.ts';
import { createHttpCloud } from '../../../src-main/adapters/cloud/cloud.http.ts';
import { createCloudContact } from '../../../src-main/adapters/cloud/cloud-contact.ts';
import { openSimImports } from '../../../src-main/adapters/identity/sim-imports.sqlite.ts';
import type { CloudWork } from '../../../src-main/domain/cloud-work.ts';
import { Outbox } from '../../../src-main/outbox/outbox.ts';
import { PACE } from '../../../src-main/outbox/outbox-pace.ts';
import { createVirtualCloud } from '../../../src-main/virtual/cloud/virtual-cloud.ts';

export type OutageOptions = {
  readonly units: number;
  /** How long the cloud is away, in simulated hours. */
  readonly hours: number;
  /** How many times faster than real the clock of the outbox and the cloud goes. */
  readonly speed: number;
};

export type OutageReport = {
  readonly units: number;
  /** Tries during the outage; none of them reached anybody. */
  readonly triesDuringOutage: number;
  /** Requests from the first answer to the last unit done. */
  readonly requests: number;
  /** The least that the limits allow: a full import each, and the pages of the two lists. */
  readonly fewest: number;
  readonly byEndpoint: Readonly<Record<string, number>>;
  readonly slowDowns: number;
  readonly drainMs: number;
  readonly states: Readonly<Record<string, number>>;
};

const PRODUCT = 12_345;

/**
 * A station goes on building while the cloud is away, is restarted in the middle, and drains its outbox when the cloud is back. Waits
 * go `speed` times as fast as on a line; requests do not, so their number is what a line would see.
 */
export async function runOutage({ units, hours, speed }: OutageOptions): Promise<OutageReport> {
  const data = await mkdtemp(join(tmpdir(), 'linewright-outage-'));
  const virtual = await createVirtualCloud({
    clockSpeed: speed,
    products: [{ id: PRODUCT, platformId: 13 }],
    units: Array.from({ length: units }, (_, unit) => ({
      deviceId: deviceId(unit),
      platformId: 13,
      iccid: iccid(unit),
    })),
  });
  const contact = createCloudContact();
  const tries = { count: 0 };
  const cloud = createHttpCloud({
    baseUrl: virtual.baseUrl,
    token: async () => virtual.token,
    appVersion: '0.1.0',
    contact,
    pace: { tries: 1 },
    fetch: (...request) => {
      tries.count += 1;
      return fetch(...request);
    },
  });
  const audit = openAuditLog(data);
  const simImports = openSimImports(data);
  const pace = {
    gatherMs: PACE.gatherMs / speed,
    proveWithinMs: PACE.proveWithinMs / speed,
    proveAtMostMs: PACE.proveAtMostMs / speed,
    firstPauseMs: PACE.firstPauseMs / speed,
    longestPauseMs: PACE.longestPauseMs / speed,
    speed,
  };
  const open = (): Outbox =>
    new Outbox('outage', {
      audit,
      cloud,
      simImports,
      cloudTime: () => contact.cloudTime(),
      pace,
      changed: () => undefined,
      troubled: (_standing, failure) => console.log(failure.code, failure.detail),
    });
  try {
    await virtual.goOffline();
    let outbox = open();
    const begunMs = performance.now();
    const outageMs = (hours * 3_600_000) / speed;
    for (let unit = 0; unit < units; unit += 1) {
      if (unit === Math.floor(units / 2)) {
        await outbox.close(); // the station is restarted: what is open comes from the record
        outbox = open();
      }
      outbox.add(passed(unit, audit));
      const dueMs = (outageMs * (unit + 1)) / units - (performance.now() - begunMs);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs)));
    }
    const triesDuringOutage = tries.count;
    await virtual.goOnline();
    virtual.requests.clear();
    const backMs = performance.now();
    await outbox.idle(AbortSignal.timeout(600_000));
    const drainMs = performance.now() - backMs;
    await outbox.close();
    const counts = Object.entries(virtual.requests.counts());
    const pages = Math.ceil(units / PACE.perPage);
    return {
      units,
      triesDuringOutage,
      requests: counts.reduce((sum, [, { requests }]) => sum + requests, 0),
      fewest: Math.ceil(units / PACE.chunk) + 2 * pages,
      byEndpoint: Object.fromEntries(counts.map(([endpoint, { requests }]) => [endpoint, requests])),
      slowDowns: counts.reduce((sum, [, { statuses }]) => sum + (statuses[429] ?? 0), 0),
      drainMs,
      states: audit.countCloudStates('outage'),
    };
  } finally {
    simImports.close();
    audit.close();
    await virtual.close();
    await rm(data, { recursive: true, force: true });
  }
}

/** A passed run with its cloud work, in the record. */
function passed(unit: number, audit: ReturnType<typeof openAuditLog>): CloudWork {
  const runId = `run-${unit}`;
  const at = new Date().toISOString();
  const work: CloudWork = {
    runId,
    at,
    productId: PRODUCT,
    deviceId: deviceId(unit),
    batch: 'outage',
    sim: { iccid: iccid(unit), form: 'embedded', activation: 'fast' },
    reached: 'built',
    isDone: false,
  };
  audit.beginRun({
    runId,
    at,
    station: 'outage',
    virtual: true,
    slot: '1',
    batch: 'outage',
    label: { kind: 'device-id', value: work.deviceId },
    recipe: {
      name: 'outage',
      sha256: '0'.repeat(64),
      productId: PRODUCT,
      productVersion: 1,
      platform: 'boron',
      deviceOs: '6.2.0',
      applicationSha256: '0'.repeat(64),
    },
    procedure: { id: 'build-unit', version: 2 },
    appVersion: '0.1.0',
  });
  audit.endRun({ runId, at, durationMs: 1, outcome: 'PASS', unit: { deviceId: work.deviceId } }, work);
  return work;
}

function deviceId(unit: number): string {
  return `e00fce68${unit.toString(16).padStart(16, '0')}`;
}

function iccid(unit: number): string {
  return `89${String(unit).padStart(17, '0')}`;
}
