import { useState } from 'react';
import type { RunRecord } from '../../src-main/domain/run-record.ts';
import { standingVerdict } from '../../src-main/domain/standing-verdict.ts';
import { useAnswer } from '../connect/use-answer.ts';
import { addressOf } from '../frame/address.ts';
import { useScreen } from '../frame/screen.ts';
import { FailureReport } from './FailureReport.tsx';
import { OutcomeChip } from './OutcomeChip.tsx';
import { ReworkDialog } from './ReworkDialog.tsx';
import { RunCloud } from './RunCloud.tsx';
import styles from './RunDetail.module.css';
import { RunFacts } from './RunFacts.tsx';
import { RunSteps } from './RunSteps.tsx';

/** One run, whole: how it ended, how far the cloud is, what is known of the unit, each step with its evidence. */
export function RunDetail({ runId, search }: { runId: string; search: string }) {
  const { ask, snapshot, connections, dictionary } = useScreen();
  const answer = useAnswer(ask, 'readRun', { runId }, [snapshot.counts, snapshot.cloud, connections]);
  const { words, failures } = dictionary;
  return (
    <article className={styles.detail}>
      <a className={styles.back} href={addressOf({ screen: 'runs', search })}>
        ← {words.back}
      </a>
      {answer === undefined && <p>{words.working}</p>}
      {answer?.ok === false && <p role="alert">{failures[answer.failure.code].operator}</p>}
      {answer?.ok && <WholeRun run={answer.value} search={search} />}
    </article>
  );
}

function WholeRun({ run, search }: { run: RunRecord; search: string }) {
  const { words, locale } = useScreen().dictionary;
  const [isReworking, setReworking] = useState(false);
  const { begun, ended } = run;
  const time = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  const verdict = standingVerdict(run);
  const isReject = verdict !== undefined && verdict.outcome !== 'PASS';
  return (
    <>
      <header className={styles.header}>
        <OutcomeChip outcome={verdict?.outcome} />
        <h2 className={styles.title}>{ended?.unit.serialNumber ?? begun.label.value}</h2>
        <span>{time.format(new Date(begun.at))}</span>
        {ended && <span>{(ended.durationMs / 1000).toFixed(1)} s</span>}
        {isReject && (
          <button type="button" className={styles.again} onClick={() => setReworking(true)}>
            {words.flashAgain}
          </button>
        )}
      </header>
      {begun.virtual && <p className={styles.virtual}>{words.virtualRun}</p>}
      {begun.reworkOf !== undefined && (
        <p>
          {words.reworkOf} <a href={addressOf({ screen: 'runs', search, runId: begun.reworkOf })}>{begun.reworkOf}</a>
        </p>
      )}
      {ended?.failure && <FailureReport failure={ended.failure} />}
      {run.cloud && <RunCloud run={run} cloud={run.cloud} />}
      <h3 className={styles.part}>{words.unit}</h3>
      <RunFacts run={run} />
      <h3 className={styles.part}>{words.steps}</h3>
      <RunSteps steps={run.steps} />
      {isReworking && <ReworkDialog run={run} onClose={() => setReworking(false)} />}
    </>
  );
}
