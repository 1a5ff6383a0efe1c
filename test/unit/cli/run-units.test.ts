import { describe, expect, it } from 'vitest';
import type { BuiltStation } from '../../../src-main/build-station.ts';
import { createOutput, EXIT } from '../../../src-main/cli/output.ts';
import { runUnits } from '../../../src-main/cli/run-units.ts';
import { openTestLine } from '../../virtual-line/build-one.ts';

const silent = { ...createOutput(true), result: () => undefined, failed: () => EXIT.bad };

/** A scanner that types these labels and then nothing, though it stays plugged in. */
async function* scanner(...texts: string[]): AsyncGenerator<{ text: string; slot?: string }> {
  for (const text of texts) yield { text };
  await new Promise(() => undefined);
}

describe('building units from scanned labels', () => {
  it('ends when it is stopped, though the scanner never does', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    await line.bench.plug('1', undefined);
    const stop = new AbortController();
    line.station.subscribe(({ slots }) => {
      if (slots[0]?.run?.ended !== undefined) stop.abort();
    });
    expect(await runUnits(line, scanner(line.bench.labelText('1')), silent, stop.signal)).toBe(EXIT.good);
  });

  it('does not call it a success when a run is not on record', async () => {
    await using line = await openTestLine({ platforms: ['boron'] });
    await line.bench.plug('1', undefined);
    const forgetful = {
      station: line.station,
      ports: { ...line.ports, audit: { readRun: () => undefined } },
      close: line.close,
    } as unknown as BuiltStation;
    const labels = async function* () {
      yield { text: line.bench.labelText('1') };
    };
    expect(await runUnits(forgetful, labels(), silent, new AbortController().signal)).toBe(EXIT.bad);
  });

  it.each([
    [false, 1],
    [true, 2],
  ])('visits DFU mode for a unit that is current only when it is to be flashed in full (%s)', async (full, visits) => {
    await using line = await openTestLine({ platforms: ['boron'] });
    const labels = async function* () {
      yield { text: line.bench.labelText('1') };
    };
    const build = (isFull: boolean) => runUnits(line, labels(), silent, new AbortController().signal, isFull);
    await line.bench.plug('1', undefined);
    expect(await build(false)).toBe(EXIT.good);
    await line.station.call('openBatch', { name: 'again' }); // a unit that passed is not built twice in one
    expect(await build(full)).toBe(EXIT.good);
    expect(line.bench.unit('1').visits()).toHaveLength(visits);
  });
});
