import { describe, expect, it } from 'vitest';
import { derived, watchJob } from '../../../scripts/bench/flash/job-figures.ts';
import type { DfuVisit, UnitEvent, VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';

const NOTHING_READ = { bytes: 0, wireMs: 0, wallMs: 0 };

describe('the figures of a job', () => {
  it('count from the request that ends normal mode to normal mode again, and the unit’s own part of it', () => {
    const unit = scriptedUnit();
    unit.request(50); // before the watch: not part of it
    const watch = watchJob(unit.watched);
    unit.request(1000);
    unit.mode('restarting', 2000, 'reset');
    unit.mode('dfu', 2700);
    unit.visit({ firstTransferAt: 2900, lastTransferAt: 5900, eraseMs: 1500, programMs: 1000, wireMs: 200 });
    unit.mode('restarting', 6400, 'reset');
    unit.mode('normal', 7400);
    unit.request(7500);
    unit.request(9000);
    const job = watch.end(8000);
    expect(job).toMatchObject({ visits: 1, wallMs: 3000, awayMs: 6400, restarts: 2, restartsMs: 1700 + 1500 });
    expect(job).toMatchObject({ touchedMs: 6500, requests: 2, restartsWithinMs: 0 });
    expect(derived(job)).toMatchObject({ busyMs: 2700, awayFloorMs: 2700 + 3200 });
  });

  it('hold a restart between two visits against nobody', () => {
    const unit = scriptedUnit();
    const watch = watchJob(unit.watched);
    unit.visit({ firstTransferAt: 0, lastTransferAt: 1000, eraseMs: 900, programMs: 0, wireMs: 50 });
    unit.mode('restarting', 1500, 'reset');
    unit.mode('dfu', 2500);
    unit.visit({ firstTransferAt: 2600, lastTransferAt: 3600, eraseMs: 900, programMs: 0, wireMs: 50 });
    const job = watch.end();
    expect(job).toMatchObject({ visits: 2, wallMs: 3600, restartsWithinMs: 1500 });
    expect(derived(job).busyMs).toBe(1900 + 1500);
  });

  it('leave what the uploads took on the wire out of the floor of a host that never looks', () => {
    const unit = scriptedUnit();
    const watch = watchJob(unit.watched);
    unit.visit({
      ...{ firstTransferAt: 0, lastTransferAt: 1000, eraseMs: 500, programMs: 300, wireMs: 100, writeMs: 880 },
      readBack: { bytes: 4096, wireMs: 30, wallMs: 50 },
      compared: { bytes: 4096, wireMs: 10, wallMs: 15 },
    });
    const job = watch.end();
    expect(derived(job)).toMatchObject({ busyMs: 900, writeFloorMs: 860, readMs: 65 });
    expect(job.writeMs).toBe(880);
  });

  it('are nothing but requests for a unit that was left alone', () => {
    const unit = scriptedUnit();
    const watch = watchJob(unit.watched);
    unit.request(10);
    unit.request(110);
    expect(watch.end()).toMatchObject({ visits: 0, wallMs: 0, awayMs: 0, sectorsErased: 0, touchedMs: 100 });
  });
});

/** A unit that tells exactly what the test says. */
function scriptedUnit() {
  const requests: { at: number; wireMs: number }[] = [];
  const visits: DfuVisit[] = [];
  const listeners = new Set<(event: UnitEvent) => void>();
  const watched: Pick<VirtualUnit, 'visits' | 'requests' | 'observe'> = {
    visits: () => visits,
    requests: () => requests,
    observe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    watched,
    request: (at: number) => requests.push({ at, wireMs: 1 }),
    visit: (visit: Partial<DfuVisit> & Pick<DfuVisit, 'firstTransferAt' | 'lastTransferAt'>) =>
      visits.push({
        ...{ eraseMs: 0, programMs: 0, wireMs: 0, sectorsErased: 0, bytesProgrammed: 0, writeMs: 0 },
        ...{ readBack: NOTHING_READ, compared: NOTHING_READ },
        ...visit,
      }),
    mode: (mode: 'restarting' | 'dfu' | 'normal', at: number, why = '') => {
      for (const listener of listeners) listener({ kind: 'mode', mode, why, at });
    },
  };
}
