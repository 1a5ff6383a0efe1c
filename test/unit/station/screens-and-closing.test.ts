import { describe, expect, it } from 'vitest';
import { demoRecipe } from '../../../src-main/demo-recipe.ts';
import { StationError } from '../../../src-main/domain/failure.ts';
import { platformByName } from '../../../src-main/domain/platform.ts';
import { Station } from '../../../src-main/station/station.ts';
import { endedRun, openTestLine, plugAndScan, snapshotOf, stepRunning } from '../../virtual-line/build-one.ts';

describe.concurrent('a station that is closing', () => {
  it('takes no more scans, so that no run is left without a verdict', async () => {
    await using line = await openTestLine({ platforms: ['boron', 'boron'] });
    await plugAndScan(line, '1');
    await stepRunning(line, '1', 'identify');
    const closing = line.station.close();
    const late = await line.station.call('scan', { text: line.bench.labelText('2'), slot: '2' });
    const { runId = '' } = { ...line.ports.audit.findRuns({})[0]?.begun };
    await closing;
    expect(late).toMatchObject({ ok: false, failure: { code: 'run/aborted' } });
    expect(await line.station.call('rework', { runId, slot: '2' })).toMatchObject({ ok: false });
    expect(line.ports.audit.unfinishedRuns()).toEqual([]);
  });
});

describe.concurrent('the station', () => {
  it('builds on when a screen that listens breaks', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    line.station.subscribe(({ slots }) => {
      if (slots[0]?.run !== undefined) throw new TypeError('Object has been destroyed');
    });
    await plugAndScan(line, '1');
    expect((await endedRun(line, '1')).ended?.outcome).toBe('PASS');
    const { troubles } = await snapshotOf(line, () => true);
    expect(troubles).toMatchObject([{ code: 'run/bug', detail: 'TypeError: Object has been destroyed' }]);
  });

  it('ends a run as an ERROR, on record, when the bus is gone as it begins', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    const { ports, bench } = line;
    let isGone = false;
    const bus: typeof ports.bus = {
      ...ports.bus,
      subscribe: (listener) => {
        if (isGone) throw new StationError('usb/unavailable', 'There is no USB bus any more.');
        return ports.bus.subscribe(listener);
      },
    };
    const recipe = await demoRecipe(platformByName('boron'), { data: line.data, scale: 0.02 });
    if (!recipe.ok) throw new Error(recipe.failure.detail);
    const station = new Station({
      ports: { ...ports, bus },
      station: 'test',
      virtual: true,
      appVersion: '0',
      speed: 1,
      patience: 1,
      batch: 'gone',
      slots: [{ name: '1', portPath: '1-1', recipe: recipe.value }],
    });
    isGone = true;
    await station.call('scan', { text: bench.labelText('1') });
    await station.close();
    expect(ports.audit.findRuns({ batch: 'gone' })[0]?.ended).toMatchObject({
      outcome: 'ERROR',
      failure: { code: 'usb/unavailable' },
    });
  });

  it('does not take a finished unit that restarts by itself for a fresh one', async () => {
    await using line = await openTestLine({ platforms: ['boron', 'boron'] });
    await plugAndScan(line, '1');
    await endedRun(line, '1');
    await line.bench.unplug('1');
    await snapshotOf(line, ({ slots }) => slots[0]?.unit === undefined);
    await line.bench.plug('1', undefined);
    await snapshotOf(line, ({ slots }) => slots[0]?.unit !== undefined);
    const next = await line.station.call('scan', { text: line.bench.labelText('2') });
    expect(next).toMatchObject({ ok: true, value: { slot: '2' } });
  });
});
