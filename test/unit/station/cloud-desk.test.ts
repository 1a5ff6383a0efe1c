import { expect, onTestFinished, test } from 'vitest';
import { deviceLife } from '../../../src-main/virtual/cloud/device-life.ts';
import { endedRun, openTestLine, plugAndScan, snapshotOf } from '../../virtual-line/build-one.ts';

const AS_BUILT = { deviceOs: '6.2.0', version: 7 };

/** A line whose recipe wants to know within a day when each unit first came online. */
async function openOnlineLine() {
  const cloudPolicy = { waitMs: 60_000, finishLater: true, online: { withinHours: 24 } };
  const line = await openTestLine({ platforms: ['boron'], cloudPolicy });
  onTestFinished(() => line[Symbol.asyncDispose]());
  await plugAndScan(line, '1');
  const run = await endedRun(line, '1');
  expect(run.ended?.outcome).toBe('PASS');
  const deviceId = run.ended?.unit.deviceId ?? '';
  return { line, runId: run.begun.runId, deviceId };
}

test('a unit that passed is awaited online, by the time of the cloud; when it comes the screen and the record say so', async () => {
  const { line, runId, deviceId } = await openOnlineLine();
  await snapshotOf(line, ({ cloud }) => cloud?.awaitedOnline === 1);
  const { work } = line.ports.audit.readRun(runId)?.cloud ?? {};
  expect(work?.online).toMatchObject({ productVersion: 7, withinHours: 24 });
  expect(Math.abs(Date.parse(work?.online?.since ?? '') - line.cloud.state.clock.now())).toBeLessThan(3_600_000);
  expect(await line.station.call('onlineReport', {})).toMatchObject({
    ok: true,
    value: { units: 1, awaited: 1, listed: [{ runId, verdict: 'awaited', wantedVersion: 7 }] },
  });
  deviceLife(line.cloud.state).connects(deviceId, { ...AS_BUILT, version: 6 });
  const { troubles } = await snapshotOf(line, ({ cloud }) => cloud?.onlineProblems === 1);
  expect(troubles).toMatchObject([{ code: 'online/wrong-version' }]);
  expect(await line.station.call('onlineReport', {})).toMatchObject({
    ok: true,
    value: { awaited: 0, wrongVersion: 1 },
  });
});

test('a supervisor sees that a unit has left the product, and has it brought back', async () => {
  const { line, runId, deviceId } = await openOnlineLine();
  await snapshotOf(line, ({ cloud }) => cloud?.open === 0);
  expect(await line.station.call('checkCloud', {})).toMatchObject({
    ok: true,
    value: { units: 1, live: 1, agree: 1, reopened: 0 },
  });
  const device = line.cloud.state.devices.get(deviceId);
  const { productId } = device ?? {};
  Object.assign(device ?? {}, { productId: undefined });
  expect(await line.station.call('checkCloud', {})).toMatchObject({
    ok: true,
    value: { live: 0, agree: 0, reopened: 0, compared: [{ runId, differences: [{ kind: 'missing' }] }] },
  });
  expect(await line.station.call('checkCloud', { reopen: true })).toMatchObject({ ok: true, value: { reopened: 1 } });
  await snapshotOf(line, ({ cloud }) => cloud?.open === 0);
  expect(device?.productId).toBe(productId);
  expect(line.ports.audit.lastNote('cloud-checked')).toMatchObject({ units: 1, live: 0, reopened: 1 });
  expect(await line.station.call('checkCloud', { batch: 'another' })).toMatchObject({ ok: true, value: { units: 0 } });
});
