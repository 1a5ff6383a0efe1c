import type { StepRecord } from '../../src-main/domain/run-record.ts';
import { useScreen } from '../frame/screen.ts';
import { stepTitle } from '../operator/step-title.ts';
import { Evidence } from './Evidence.tsx';
import { FailureReport } from './FailureReport.tsx';
import { OutcomeChip } from './OutcomeChip.tsx';
import styles from './RunSteps.module.css';

/** Every attempt of every step as it was recorded, with its evidence behind a fold. What failed is open. */
export function RunSteps({ steps }: { steps: readonly StepRecord[] }) {
  const { snapshot, dictionary } = useScreen();
  const { words } = dictionary;
  return (
    <ol className={styles.steps}>
      {steps.map((step) => (
        <li key={`${step.step} ${step.attempt}`}>
          <details className={styles.step} open={step.verdict !== 'PASS'}>
            <summary className={styles.summary}>
              <OutcomeChip outcome={step.verdict} />
              <span className={styles.title}>
                {stepTitle(step.step, dictionary, snapshot)}
                {step.attempt > 1 && ` · ${words.attempt(step.attempt)}`}
              </span>
              <span className={styles.seconds}>{(step.durationMs / 1000).toFixed(2)} s</span>
            </summary>
            <div className={styles.body}>
              {step.failure && <FailureReport failure={step.failure} />}
              {step.learnt && <Evidence title={words.learnt} json={step.learnt} open />}
              {step.evidence && <Evidence title={words.evidence} json={step.evidence} open />}
              {!step.failure && !step.learnt && !step.evidence && <p>{words.noEvidence}</p>}
            </div>
          </details>
        </li>
      ))}
    </ol>
  );
}
