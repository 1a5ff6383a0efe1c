import { describe, expect, it } from 'vitest';
import { runsToCsv, runsToJsonLines } from '../../../src-main/station/export-runs.ts';
import { sampleBegun, sampleEnded, sampleStep } from './sample-records.ts';

const passed = { begun: sampleBegun('r1'), steps: [sampleStep('flash')], ended: sampleEnded('r1') };
const failed = {
  begun: sampleBegun('r2', {
    reworkOf: 'r1',
    batch: '=HYPERLINK("http://x")',
    slot: '@1',
    station: '+7',
    recipe: { ...passed.begun.recipe, name: '-2, "two"\nlines' },
  }),
  steps: [sampleStep('flash', { verdict: 'FAIL' }), sampleStep('teardown')],
  ended: sampleEnded('r2', { outcome: 'FAIL', failure: { code: 'flash/stalled', detail: 'At 60 %' }, unit: {} }),
};
const sampleWork = {
  runId: 'r1',
  at: '2026-03-04T12:00:09.000Z',
  productId: 12345,
  deviceId: 'e00fce680123456789abcdef',
  batch: '2026w10',
  carton: 'C-17',
  reached: 'built' as const,
  isDone: false,
};
const unfinished = { begun: sampleBegun('r3'), steps: [] };

describe('exported runs', () => {
  it('are one CSV line each under the documented columns', () => {
    const [header, line, ...rest] = runsToCsv([passed]).split('\n');
    expect(header).toBe(
      'run_id,begun_at,ended_at,duration_ms,outcome,failure_code,failure_detail,failed_step,station,virtual,slot,batch,' +
        'label_kind,label,device_id,serial_number,platform,device_os,imei,iccid,sim,membership,product_binary_sha256,' +
        'product_id,product_version,recipe,recipe_sha256,procedure,procedure_version,app_version,rework_of,' +
        'cloud_state,cloud_reason,carton,first_online_at',
    );
    expect(line).toBe(
      `r1,2026-03-04T12:00:00.000Z,2026-03-04T12:00:09.000Z,9000,PASS,,,,line-1,true,1,2026w10,` +
        `serial-number,P044AF1450000FC,e00fce680123456789abcdef,P044AF1450000FC,boron,,490154203237518,` +
        `8934076500002589174,,,,12345,7,boron-6.2.0,${'ab'.repeat(32)},build-unit,1,0.1.0,,,,,`,
    );
    expect(rest).toEqual(['']);
  });

  it('carry no cell that a spreadsheet would run as a formula', () => {
    const csv = runsToCsv([failed]);
    expect(csv).toContain(`"'=HYPERLINK(""http://x"")"`);
    expect(csv).toContain(",'@1,");
    expect(csv).toContain(",'+7,");
    expect(csv).toContain(`"'-2, ""two""\nlines"`);
    expect(csv).toContain('FAIL,flash/stalled,At 60 %,flash,');
  });

  it('name how far the cloud is with the unit, its carton and when it first came online', () => {
    const last = { runId: 'r1', at: '2026-03-04T12:05:00.000Z', state: 'sim-active' as const, isDone: true };
    const online = { runId: 'r1', at: last.at, verdict: 'online' as const, firstOnlineAt: '2026-03-05T07:00:00.000Z' };
    const csv = runsToCsv([{ ...passed, cloud: { work: sampleWork, last, online } }]);
    expect(csv).toMatch(/,PASS,,,,.*,sim-active,,C-17,2026-03-05T07:00:00.000Z\n$/);
  });

  it('show a pass that the cloud rejected later as a fail, with the reason', () => {
    const why = { code: 'cloud/device-owned' as const, detail: 'It is of another product.' };
    const last = {
      runId: 'r1',
      at: '2026-03-04T12:05:00.000Z',
      state: 'rejected' as const,
      isDone: true,
      failure: why,
    };
    const csv = runsToCsv([{ ...passed, cloud: { work: sampleWork, last } }]);
    expect(csv).toContain(',FAIL,cloud/rejected-later,It is of another product.,,line-1,');
    expect(csv).toContain(',rejected,cloud/device-owned,C-17,');
    expect(csv).not.toContain('PASS');
  });

  it('leave the outcome of an unfinished run empty', () => {
    expect(runsToCsv([unfinished]).split('\n')[1]).toMatch(/^r3,2026-03-04T12:00:00.000Z,,,,,,,line-1,/);
  });

  it('are one JSON line each that gives the whole run back', () => {
    const lines = runsToJsonLines([passed, failed, unfinished]).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line))).toEqual([passed, failed, unfinished]);
  });

  it('are a header or nothing when there are none', () => {
    expect(runsToCsv([]).split('\n')).toHaveLength(2);
    expect(runsToJsonLines([])).toBe('');
  });
});
