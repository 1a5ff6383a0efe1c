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
const unfinished = { begun: sampleBegun('r3'), steps: [] };

describe('exported runs', () => {
  it('are one CSV line each under the documented columns', () => {
    const [header, line, ...rest] = runsToCsv([passed]).split('\n');
    expect(header).toBe(
      'run_id,begun_at,ended_at,duration_ms,outcome,failure_code,failure_detail,failed_step,station,virtual,slot,batch,' +
        'label_kind,label,device_id,serial_number,platform,device_os,imei,iccid,sim,membership,product_binary_sha256,' +
        'product_id,product_version,recipe,recipe_sha256,procedure,procedure_version,app_version,rework_of',
    );
    expect(line).toBe(
      `r1,2026-03-04T12:00:00.000Z,2026-03-04T12:00:09.000Z,9000,PASS,,,,line-1,true,1,2026w10,` +
        `serial-number,P044AF1450000FC,e00fce680123456789abcdef,P044AF1450000FC,boron,,490154203237518,` +
        `8934076500002589174,,,,12345,7,boron-6.2.0,${'ab'.repeat(32)},build-unit,1,0.1.0,`,
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
