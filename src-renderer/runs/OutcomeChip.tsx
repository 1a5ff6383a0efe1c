import type { Outcome } from '../../src-main/domain/outcome.ts';
import { useScreen } from '../frame/screen.ts';
import { VerdictSign } from '../operator/VerdictSign.tsx';
import styles from './OutcomeChip.module.css';

/** How a run or a step ended: sign, word and colour, small. Without an outcome it is still going on. */
export function OutcomeChip({ outcome }: { outcome: Outcome | undefined }) {
  const { words, verdicts } = useScreen().dictionary;
  return (
    <span className={styles.chip} data-outcome={outcome}>
      {outcome && <VerdictSign outcome={outcome} className={styles.sign} />}
      {outcome === undefined ? words.runUnfinished : verdicts[outcome]}
    </span>
  );
}
