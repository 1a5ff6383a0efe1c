import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { buildUnit } from '../../../src-main/procedure/build-unit.ts';
import { endedRun, openTestLine, plugAndScan } from '../../virtual-line/build-one.ts';

describe.concurrent('a station that is killed', () => {
  it.each(buildUnit.steps.map(({ id }) => id))(
    'at %s leaves a run that the next start closes as an ERROR, by name, and the unit can be built',
    async (step) => {
      const data = await mkdtemp(join(tmpdir(), 'linewright-killed-'));
      const child = await execa(process.execPath, ['test/virtual-line/killed-run.ts', data, step], { reject: false });
      expect(child.signal).toBe('SIGKILL');
      await using line = await openTestLine({ platforms: ['boron'], data });

      const [cut] = line.ports.audit.findRuns({});
      expect(cut?.ended).toMatchObject({ outcome: 'ERROR', failure: { code: 'run/interrupted' } });
      const before = buildUnit.steps
        .slice(
          0,
          buildUnit.steps.findIndex(({ id }) => id === step),
        )
        .map(({ id }) => id);
      expect([...new Set(cut?.steps.map((record) => record.step))]).toEqual(before);
      expect(cut?.ended?.failure?.detail).toContain(before.at(-1) ?? 'begun');
      expect(line.ports.audit.unfinishedRuns()).toEqual([]);
      expect(line.ports.audit.verify()).toMatchObject({ intact: true });

      await plugAndScan(line, '1');
      expect((await endedRun(line, '1')).ended?.outcome).toBe('PASS');
      await rm(data, { recursive: true });
    },
  );
});
