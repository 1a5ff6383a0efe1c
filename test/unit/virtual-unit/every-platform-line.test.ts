import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PLATFORMS } from '../../../src-main/domain/platform.ts';
import { endedRun, openTestLine, plugAndScan } from '../../virtual-line/build-one.ts';

describe('a unit on a virtual line of its own', () => {
  test.each(PLATFORMS.map(({ name }) => name))(
    '%s goes from label to PASS, and holds the very application its recipe pins',
    async (platform) => {
      await using line = await openTestLine({ platforms: [platform] });
      await plugAndScan(line, '1');
      const run = await endedRun(line, '1');
      const { outcome, failure } = run.ended ?? {};
      expect({ outcome, failure }).toEqual({ outcome: 'PASS', failure: undefined });
      const unit = line.bench.unit('1');
      const application = unit.modules().find((module) => module.function === 'user-part');
      const bytes = unit.readFlash(application?.address ?? 0, application?.sizeBytes ?? 0);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(run.begun.recipe.applicationSha256);
    },
  );
});
