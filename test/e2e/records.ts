import type { CommandAnswer } from '../../src-main/contract/contract.ts';
import type { CloudState, CloudStep, CloudWork, OnlineProof } from '../../src-main/domain/cloud-work.ts';
import type { Outcome } from '../../src-main/domain/outcome.ts';
import type { RunRecord, StepRecord } from '../../src-main/domain/run-record.ts';
import { standingVerdict } from '../../src-main/domain/standing-verdict.ts';
import type { Call } from '../unit/server/scripted-station.ts';
import { slot } from './scenes.ts';

/** Runs of one batch, newest first: four that passed, each at another place in the cloud; a reject, the rework of an earlier one, a pass. */
export const RECORDS: readonly RunRecord[] = [
  inCloud(record('01J9Z0-0007', 'PASS', '2026-11-21T08:32:44.120Z'), {
    state: 'rejected',
    isDone: true,
    failure: {
      code: 'cloud/device-rejected',
      detail: 'Product 20001 did not take e00fce68ffffffff12345678: it is in another product.',
      evidence: { array: 'invalidDeviceIds' },
    },
  }),
  inCloud(record('01J9Z0-0006', 'PASS', '2026-11-21T08:28:10.000Z'), {
    state: 'sim-pending',
    isDone: false,
    event: 'sim-overdue',
    failure: { code: 'sim/overdue', detail: 'SIM 89014103271234567890 is inactive, since 2026-11-20T08:28:10Z.' },
    simSince: '2026-11-20T08:28:10.000Z',
    simImportAskedAt: '2026-11-20T08:27:59.000Z',
  }),
  inCloud(record('01J9Z0-0005', 'PASS', '2026-11-21T08:21:02.000Z'), { state: 'sim-active', isDone: true }),
  inCloud(record('01J9Z0-0004', 'PASS', '2026-11-21T08:18:31.000Z'), { state: 'built', isDone: false }),
  record('01J9Z0-0003', 'FAIL', '2026-11-21T08:12:44.120Z'),
  record('01J9Z0-0002', 'PASS', '2026-11-21T08:10:02.870Z', '01J9Z0-0000'),
  record('01J9Z0-0001', 'PASS', '2026-11-21T08:05:31.003Z'),
];

/** Answers the commands of the records screen from these runs, as a station would. */
export function answerFromRecords({ name, input }: Call): CommandAnswer {
  const { runId, outcome, cloud, text } = input as {
    runId?: string;
    outcome?: Outcome;
    cloud?: CloudState;
    text?: string;
  };
  switch (name) {
    case 'findRuns': {
      const found = RECORDS.filter((run) => {
        const { begun, ended } = run;
        const known = [begun.runId, begun.label.value, ended?.unit.deviceId, ended?.unit.iccid];
        return (
          (outcome === undefined || standingVerdict(run)?.outcome === outcome) &&
          (cloud === undefined || run.cloud?.last.state === cloud) &&
          (!text || known.some((value) => value?.endsWith(text)))
        );
      });
      return { ok: true, value: found };
    }
    case 'readRun': {
      const found = RECORDS.find(({ begun }) => begun.runId === runId);
      if (found !== undefined) return { ok: true, value: found };
      return { ok: false, failure: { code: 'run/not-found', detail: `There is no run ${runId}.` } };
    }
    case 'exportRuns':
      return {
        ok: true,
        value: { fileName: 'linewright-A.csv', mediaType: 'text/csv', text: 'run,outcome\r\n', runs: 3 },
      };
    case 'verifyAudit':
      return { ok: true, value: { intact: true, entries: 42, summary: '42 entries, unbroken' } };
    case 'rework':
      return { ok: true, value: { runId: 'new' } };
    default:
      return { ok: true, value: null };
  }
}

function inCloud(run: RunRecord, last: Omit<CloudStep, 'runId' | 'at'>): RunRecord {
  const { runId, at, batch } = run.begun;
  const online: OnlineProof = {
    runId,
    at,
    verdict: 'wrong-version',
    firstOnlineAt: '2026-11-22T06:15:00.000Z',
    productVersion: 6,
  };
  const work: CloudWork = {
    runId,
    at,
    productId: 20001,
    deviceId: 'e00fce68ffffffff12345678',
    batch,
    carton: 'C-0017',
    serialNumber: 'P046AB7654321CD',
    sim: { iccid: '89014103271234567890', form: 'removable', activation: 'sometimes-slow' },
    claimUser: 'line@example.com',
    name: 'P046AB7654321CD',
    groups: ['line-3', 'batch-2026-11-21'],
    online: { productVersion: 7, withinHours: 24 },
    reached: 'built',
    isDone: false,
  };
  const isWrong = last.state === 'sim-active';
  return { ...run, cloud: { work, last: { runId, at, ...last }, ...(isWrong ? { online } : {}) } };
}

function record(runId: string, outcome: Outcome, at: string, reworkOf?: string): RunRecord {
  const failure =
    outcome === 'FAIL'
      ? ({
          code: 'agree/label-mismatch',
          detail: 'The label says P046AB1234567CD, the unit says P046AB7654321CD.',
        } as const)
      : undefined;
  const step = (id: string, more: Partial<StepRecord> = {}): StepRecord => ({
    step: id,
    attempt: 1,
    startedAt: at,
    durationMs: 1234,
    verdict: 'PASS',
    ...more,
  });
  return {
    begun: {
      runId,
      at,
      station: 'Virtual line',
      virtual: true,
      slot: '1',
      batch: '2026-11-21/A',
      label: { kind: 'serial-number', value: 'P046AB1234567CD' },
      recipe: slot('1').recipe,
      procedure: { id: 'build-unit', version: 1 },
      appVersion: '0.1.0',
      ...(reworkOf === undefined ? {} : { reworkOf }),
    },
    steps: [
      step('scan-label', { durationMs: 1, learnt: { label: { kind: 'serial-number', value: 'P046AB1234567CD' } } }),
      step('wait-for-unit', { durationMs: 2310 }),
      step('identify', {
        learnt: { deviceId: 'e00fce68ffffffff12345678', platform: 'boron', deviceOs: '2.0.1' },
        evidence: { console: ['Your device id is e00fce68ffffffff12345678', 'IMEI: 352753090000000'], tookMs: 412 },
      }),
      step('check-agreement', failure === undefined ? {} : { verdict: outcome, failure, durationMs: 2 }),
    ],
    ended: {
      runId,
      at,
      durationMs: 23_412,
      outcome,
      ...(failure === undefined ? {} : { failure }),
      unit: {
        deviceId: 'e00fce68ffffffff12345678',
        serialNumber: 'P046AB7654321CD',
        platform: 'boron',
        deviceOs: '6.3.2',
        imei: '352753090000000',
        iccid: '89014103271234567890',
        productBinarySha256: 'b'.repeat(64),
        membership: 'added',
        sim: 'active',
      },
    },
  };
}
