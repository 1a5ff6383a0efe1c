/*
 * A station as a process of its own, with a data folder of its own, on a cloud that others share. It builds the units it is told to,
 * two at a time, until each has passed, been refused by the cloud, or used up its tries; it may be killed at any moment and started
 * again with the same order. Speaks with the process that started it: OrderToStation in, WordOfStation out.
 */
import process from 'node:process';
import { buildVirtualLine } from '../../../src-main/build-virtual-station.ts';
import type { PlatformName } from '../../../src-main/domain/platform.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import type { RunRecord } from '../../../src-main/domain/run-record.ts';
import type { UnitInput } from '../../../src-main/virtual/cloud/register-unit.ts';
import { createFactoryUnit } from '../../../src-main/virtual/unit/factory-unit.ts';
import { createUnitClock } from '../../../src-main/virtual/unit/unit-clock.ts';
import { factoryRecord, labelTextOf } from '../../../src-main/virtual-bench.ts';

export type OrderToStation =
  | {
      readonly kind: 'build';
      readonly name: string;
      readonly data: string;
      readonly baseUrl: string;
      readonly token: string;
      /** The numbers of the units of each slot; one slot is of one platform. */
      readonly slots: readonly { readonly platform: PlatformName; readonly units: readonly number[] }[];
      readonly waitMs: number;
      readonly speed: number;
    }
  /** The cloud knows the unit. */
  | { readonly kind: 'registered'; readonly deviceId: string }
  /** No faults any more: finish what is open, say so, and end. */
  | { readonly kind: 'drain' };

export type WordOfStation =
  | { readonly kind: 'register'; readonly unit: UnitInput }
  | {
      readonly kind: 'ended';
      readonly unit: number;
      readonly deviceId: string;
      readonly outcome: string;
      readonly code?: string;
    }
  | { readonly kind: 'built' }
  | { readonly kind: 'drained'; readonly open: number };

const MOST_TRIES = 8;
const registered = new Map<string, () => void>();
const { promise: mayDrain, resolve: drain } = Promise.withResolvers<void>();

process.on('message', (order: OrderToStation) => {
  if (order.kind === 'build') void work(order).catch(fail);
  else if (order.kind === 'registered') registered.get(order.deviceId)?.();
  else drain();
});
process.once('disconnect', () => process.exit(1));

function fail(thrown: unknown): void {
  console.error(thrown);
  process.exit(1);
}

async function work(order: Extract<OrderToStation, { kind: 'build' }>): Promise<void> {
  const { name, data, baseUrl, token, slots, waitMs, speed } = order;
  const built = await buildVirtualLine(
    {
      name,
      data,
      speed,
      scale: 0.02,
      platforms: slots.map(({ platform }) => platform),
      cloudPolicy: { waitMs, finishLater: true },
      batch: 'soak',
      outboxPace: {
        gatherMs: 50,
        proveWithinMs: 2_000,
        proveAtMostMs: 2_000,
        firstPauseMs: 50,
        longestPauseMs: 1_000,
        speed: 1_000,
      },
    },
    { baseUrl, token, registerUnit: () => undefined },
  );
  if (!built.ok) throw new Error(`${built.failure.code}: ${built.failure.detail}`);
  const { station, line, ports, close } = built.value;
  const clock = createUnitClock({ speed });

  const buildOne = async (slot: string, platformName: PlatformName, number: number): Promise<void> => {
    const unit = createFactoryUnit(platformName, { number, clock, scale: 0.02 });
    const { deviceId } = unit.identity;
    const isKnown = new Promise<void>((resolve) => registered.set(deviceId, resolve));
    say({ kind: 'register', unit: factoryRecord(unit, platformByName(platformName)) });
    await isKnown;
    for (let tries = 1; ; tries += 1) {
      line.plug(slot, unit);
      const run = await scanned(slot, labelTextOf(unit));
      line.unplug(slot);
      const { outcome, failure } = run.ended ?? { outcome: 'ERROR' };
      // Passed before the station was killed: the record knows it.
      const isBuilt = outcome === 'PASS' || failure?.code === 'agree/duplicate';
      if (isBuilt || failure?.code.startsWith('cloud/device-') === true || tries === MOST_TRIES) {
        const code = failure === undefined ? {} : { code: failure.code };
        return say({ kind: 'ended', unit: number, deviceId, outcome: isBuilt ? 'PASS' : outcome, ...code });
      }
    }
  };
  const scanned = async (slot: string, text: string): Promise<RunRecord> => {
    const answer = await station.call('scan', { text, slot });
    if (!answer.ok) throw new Error(`${answer.failure.code}: ${answer.failure.detail}`);
    const { runId = '' } = answer.value;
    await new Promise<void>((resolve) => {
      const stop = station.subscribe((snapshot) => {
        const view = snapshot.slots.find((one) => one.slot === slot);
        if (view?.run?.runId !== runId || view.run.ended === undefined) return;
        resolve();
        setImmediate(() => stop());
      });
    });
    const run = ports.audit.readRun(runId);
    if (run === undefined) throw new Error(`The record of run ${runId} is gone.`);
    return run;
  };

  await Promise.all(
    slots.map(async ({ platform, units }, index) => {
      for (const number of units) await buildOne(String(index + 1), platform, number);
    }),
  );
  say({ kind: 'built' });
  await mayDrain;
  const open = await new Promise<number>((resolve) => {
    const stop = station.subscribe(({ cloud }) => {
      if (cloud.open > 0) return;
      resolve(cloud.open);
      setImmediate(() => stop());
    });
    void station.call('hurryCloud', {});
  });
  await close();
  say({ kind: 'drained', open });
  process.disconnect();
}

function say(word: WordOfStation): void {
  process.send?.(word);
}
