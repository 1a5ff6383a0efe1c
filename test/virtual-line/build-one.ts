import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BuiltVirtualStation,
  buildVirtualStation,
  type VirtualStationOptions,
} from '../../src-main/build-virtual-station.ts';
import type { PlatformName } from '../../src-main/domain/platform.ts';
import type { RunRecord } from '../../src-main/domain/run-record.ts';
import type { Snapshot } from '../../src-main/domain/snapshot.ts';

/** A virtual line on small modules and fast chips, in a folder of its own, that cleans up after itself. */
export async function openTestLine(
  options: Partial<VirtualStationOptions> & { readonly platforms: readonly PlatformName[] },
): Promise<BuiltVirtualStation & { readonly data: string; [Symbol.asyncDispose]: () => Promise<void> }> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'linewright-line-')));
  const built = await buildVirtualStation({ speed: 50, scale: 0.02, ...options, data });
  if (!built.ok) throw new Error(`${built.failure.code}: ${built.failure.detail}`);
  const close = built.value.close;
  return {
    ...built.value,
    data,
    [Symbol.asyncDispose]: async () => {
      await close();
      if (options.data === undefined) await rm(data, { recursive: true });
    },
  };
}

/** Waits for the first snapshot that `accepts`; the station's own event, no polling. */
export function snapshotOf(
  line: Pick<BuiltVirtualStation, 'station'>,
  accepts: (snapshot: Snapshot) => boolean,
): Promise<Snapshot> {
  return new Promise((resolve) => {
    let unsubscribe: (() => void) | undefined;
    let found = false;
    unsubscribe = line.station.subscribe((snapshot) => {
      if (found || !accepts(snapshot)) return;
      found = true;
      resolve(snapshot);
      unsubscribe?.();
    });
    if (found) unsubscribe();
  });
}

/** Resolves when the run in this slot is in this step. */
export async function stepRunning(
  line: Pick<BuiltVirtualStation, 'station'>,
  slot: string,
  step: string,
): Promise<void> {
  await snapshotOf(line, ({ slots }) =>
    slots.some(
      (one) => one.slot === slot && one.run?.steps.some((view) => view.step === step && view.state === 'running'),
    ),
  );
}

/** Resolves with the record of the run in this slot once it has ended. */
export async function endedRun(line: BuiltVirtualStation, slot: string): Promise<RunRecord> {
  const snapshot = await snapshotOf(line, ({ slots }) =>
    slots.some((one) => one.slot === slot && one.run?.ended !== undefined),
  );
  const runId = snapshot.slots.find((one) => one.slot === slot)?.run?.runId ?? '';
  const record = line.ports.audit.readRun(runId);
  if (record?.ended === undefined) throw new Error(`The record of run ${runId} has no end, but the screen shows one.`);
  return record;
}

/** Plugs the unit of a slot in and scans its own label there; resolves with the run id. */
export async function plugAndScan(line: BuiltVirtualStation, slot: string): Promise<string> {
  await line.bench.plug(slot, undefined);
  const answer = await line.station.call('scan', { text: line.bench.labelText(slot), slot });
  if (!answer.ok) throw new Error(`${answer.failure.code}: ${answer.failure.detail}`);
  return answer.value.runId ?? '';
}
