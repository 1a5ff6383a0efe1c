import { StationError } from '../domain/failure.ts';
import { reopenOnRecord } from '../outbox/asked-again.ts';
import { type CloudWorkOptions, withOwnRecord } from './open-cloud-work.ts';
import { EXIT, type Output } from './output.ts';

/** `cloud retry`: has a rejected unit tried again, by the next start of the station or `cloud drain`. */
export function retryCommand(
  { runId, ...options }: CloudWorkOptions & { readonly runId: string },
  output: Output,
): Promise<number> {
  return withOwnRecord(options, output, async ({ audit }) => {
    if (audit.readRun(runId)?.cloud?.last.state !== 'rejected') {
      throw new StationError('run/not-found', `The cloud has rejected no unit of run ${runId}.`);
    }
    reopenOnRecord(audit, [runId]);
    const next = 'The station tries it again when it is started, or `linewright cloud drain` does.';
    output.result({ ok: true, runId, state: 'built' }, `${runId} is to be tried again. ${next}`);
    return EXIT.good;
  });
}
