import type { CommandAnswer } from '../../src-main/contract/contract.ts';
import type { Outcome } from '../../src-main/domain/outcome.ts';
import type { RunRecord, StepRecord } from '../../src-main/domain/run-record.ts';
import type { Call } from '../unit/server/scripted-station.ts';
import { slot } from './scenes.ts';

/** Three runs of one batch, newest first: a reject, the rework of an earlier one, a pass. */
export const RECORDS: readonly RunRecord[] = [
  record('01J9Z0-0003', 'FAIL', '2026-11-21T08:12:44.120Z'),
  record('01J9Z0-0002', 'PASS', '2026-11-21T08:10:02.870Z', '01J9Z0-0000'),
  record('01J9Z0-0001', 'PASS', '2026-11-21T08:05:31.003Z'),
];

/** Answers the commands of the records screen from these three runs, as a station would. */
export function answerFromRecords({ name, input }: Call): CommandAnswer {
  const { runId, outcome, text } = input as { runId?: string; outcome?: Outcome; text?: string };
  switch (name) {
    case 'findRuns': {
      const found = RECORDS.filter(({ begun, ended }) => {
        const known = [begun.runId, begun.label.value, ended?.unit.deviceId, ended?.unit.iccid];
        return (
          (outcome === undefined || ended?.outcome === outcome) &&
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
        membership: 'member',
        sim: 'active',
      },
    },
  };
}
