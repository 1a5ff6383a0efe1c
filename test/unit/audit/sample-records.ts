import type { RunBegun, RunEnded, StepRecord } from '../../../src-main/domain/run-record.ts';

export function sampleBegun(runId: string, changes: Partial<RunBegun> = {}): RunBegun {
  return {
    runId,
    at: '2026-03-04T12:00:00.000Z',
    station: 'line-1',
    virtual: true,
    slot: '1',
    batch: '2026w10',
    label: { kind: 'serial-number', value: 'P044AF1450000FC' },
    recipe: {
      name: 'boron-6.2.0',
      sha256: 'ab'.repeat(32),
      productId: 12345,
      productVersion: 7,
      platform: 'boron',
      deviceOs: '6.2.0',
      applicationSha256: 'cd'.repeat(32),
    },
    procedure: { id: 'build-unit', version: 1 },
    appVersion: '0.1.0',
    ...changes,
  };
}

export function sampleStep(step: string, changes: Partial<StepRecord> = {}): StepRecord {
  return { step, attempt: 1, startedAt: '2026-03-04T12:00:01.000Z', durationMs: 40, verdict: 'PASS', ...changes };
}

export function sampleEnded(runId: string, changes: Partial<RunEnded> = {}): RunEnded {
  return {
    runId,
    at: '2026-03-04T12:00:09.000Z',
    durationMs: 9000,
    outcome: 'PASS',
    unit: {
      deviceId: 'e00fce680123456789abcdef',
      serialNumber: 'P044AF1450000FC',
      platform: 'boron',
      imei: '490154203237518',
      iccid: '8934076500002589174',
    },
    ...changes,
  };
}
