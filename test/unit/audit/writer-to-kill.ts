// Run by killed-writer.test.ts as a process of its own: writes without end and says of each entry that it returned.
import { writeSync } from 'node:fs';
import { openAuditLog } from '../../../src-main/adapters/audit/audit-log.sqlite.ts';
import { sampleBegun, sampleEnded, sampleStep } from './sample-records.ts';

const [folder = '', life = '0'] = process.argv.slice(2);
const log = openAuditLog(folder);
for (let run = 1; ; run += 1) {
  const runId = `run-${life}-${run}`;
  log.beginRun(sampleBegun(runId));
  say(`${runId} begun`);
  for (let step = 1; step <= 3; step += 1) {
    log.addStep(runId, sampleStep(`step-${step}`, { evidence: { transcript: 'x'.repeat(step * 1500) } }));
    say(`${runId} step-${step}`);
  }
  log.endRun(sampleEnded(runId));
  say(`${runId} ended`);
}

function say(line: string): void {
  // Synchronous, so that what was said is out of the process before the next entry is begun.
  writeSync(1, `${line}\n`);
}
