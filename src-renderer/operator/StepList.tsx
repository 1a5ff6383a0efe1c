import { useEffect, useRef } from 'react';
import type { RunView, StepView } from '../../src-main/domain/snapshot.ts';
import { useScreen } from '../frame/screen.ts';
import styles from './StepList.module.css';
import { stepTitle } from './step-title.ts';

/** All steps of a run with their state and seconds. The one going on is kept in sight. */
export function StepList({ run, now }: { run: RunView; now: number }) {
  const { snapshot, dictionary } = useScreen();
  const list = useRef<HTMLOListElement>(null);
  const running = run.steps.findIndex(({ state }) => state === 'running');
  useEffect(() => {
    if (running >= 0) list.current?.children[running]?.scrollIntoView({ block: 'nearest' });
  }, [running]);
  return (
    <ol ref={list} className={styles.list}>
      {run.steps.map((step) => (
        <li key={`${step.step} ${step.attempt}`} className={styles.step} data-state={step.state}>
          <span className={styles.sign} aria-hidden="true" />
          <span className={styles.title}>
            {stepTitle(step.step, dictionary, snapshot)}
            {step.attempt > 1 && <small> · {dictionary.words.attempt(step.attempt)}</small>}
            <span className="read-out-only"> ({dictionary.words.stepStates[step.state]})</span>
          </span>
          <span className={styles.seconds}>{seconds(step, now)}</span>
        </li>
      ))}
    </ol>
  );
}

function seconds(step: StepView, now: number): string {
  if (step.durationMs !== undefined) return `${(step.durationMs / 1000).toFixed(1)} s`;
  if (step.startedAt === undefined || step.state !== 'running') return '';
  return `${Math.max(0, Math.floor((now - Date.parse(step.startedAt)) / 1000))} s`;
}
