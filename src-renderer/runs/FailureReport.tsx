import type { Failure } from '../../src-main/domain/failure.ts';
import { useScreen } from '../frame/screen.ts';
import { Evidence } from './Evidence.tsx';
import styles from './FailureReport.module.css';

/** A failure as the operator was told it, and as the engineer needs it. */
export function FailureReport({ failure }: { failure: Failure }) {
  const { words, failures } = useScreen().dictionary;
  const { operator, next } = failures[failure.code];
  return (
    <div className={styles.failure}>
      <p>
        <strong>{operator}</strong> {next}
      </p>
      <p>
        <span className={styles.quiet}>{words.forEngineer}:</span> <span lang="en">{failure.detail}</span>{' '}
        <code>{failure.code}</code>
      </p>
      {failure.evidence && <Evidence title={words.evidence} json={failure.evidence} />}
    </div>
  );
}
