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
});
