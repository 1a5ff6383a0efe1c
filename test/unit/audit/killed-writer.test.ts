import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openAuditLog } from '../../../src-main/adapters/audit/audit-log.sqlite.ts';
import { freshFolder } from './fresh-folder.ts';
import { sampleEnded } from './sample-records.ts';

const WRITER = fileURLToPath(new URL('writer-to-kill.ts', import.meta.url));
const LIVES = 6;

it('a station killed at any moment loses no entry it had acknowledged, and its log is intact', async () => {
  const folder = freshFolder();
  const acknowledged: string[] = [];
  for (let life = 1; life <= LIVES; life += 1) {
    const killAt = 3 + Math.floor(Math.random() * 40);
    acknowledged.push(...(await livesUntil(folder, life, killAt)));

    const log = openAuditLog(folder);
    try {
      expect(log.verify(), `killed at entry ${killAt} of life ${life}`).toMatchObject({ intact: true });
      const stored = new Set<string>();
      for (const run of log.findRuns({})) {
        stored.add(`${run.begun.runId} begun`);
        for (const step of run.steps) stored.add(`${run.begun.runId} ${step.step}`);
        if (run.ended !== undefined) stored.add(`${run.begun.runId} ended`);
      }
      expect(acknowledged.filter((line) => !stored.has(line))).toEqual([]);
      const cut = log.unfinishedRuns();
      expect(cut.length).toBeLessThanOrEqual(1);
      for (const run of cut) log.endRun(sampleEnded(run.runId, { outcome: 'ERROR' }));
      expect(log.unfinishedRuns()).toEqual([]);
    } finally {
      log.close();
    }
  }
  expect(acknowledged.length).toBeGreaterThan(LIVES);
});

/** Lets a writer live until it has acknowledged so many entries, kills it, and gives back all it acknowledged. */
async function livesUntil(folder: string, life: number, killAt: number): Promise<readonly string[]> {
  const writer: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, [WRITER, folder, String(life)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(writer, 'close');
  let text = '';
  writer.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (text.split('\n').length > killAt) writer.kill('SIGKILL');
  });
  await ended;
  const lines = text.split('\n');
  lines.pop();
  return lines;
}
