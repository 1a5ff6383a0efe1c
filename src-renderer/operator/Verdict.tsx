import type { CSSProperties } from 'react';
import type { Outcome } from '../../src-main/domain/outcome.ts';
import type { RunView } from '../../src-main/domain/snapshot.ts';
import { CartonIcon } from '../frame/BatchSign.tsx';
import { useScreen } from '../frame/screen.ts';
import styles from './Verdict.module.css';
import { VerdictSign } from './VerdictSign.tsx';

type VerdictProps = {
  readonly run: RunView;
  readonly ended: NonNullable<RunView['ended']>;
  /** The unit just built is still in its slot. */
  readonly unitIn: boolean;
};

/** The verdict: shape, word and colour over the whole card, what happened, which carton the unit goes into, and what to do with it. */
export function Verdict({ run, ended, unitIn }: VerdictProps) {
  const { words, verdicts, failures } = useScreen().dictionary;
  const word = verdicts[ended.outcome];
  const sentences = ended.failure && failures[ended.failure.code];
  return (
    <div className={styles.verdict} data-outcome={ended.outcome}>
      <p className={styles.word} style={{ '--width-in-em': widthInEm(word) } as CSSProperties}>
        <VerdictSign outcome={ended.outcome} className={styles.sign} />
        <span>{word}</span>
      </p>
      {sentences && <p className={styles.what}>{sentences.operator}</p>}
      {ended.carton !== undefined && (
        <p className={styles.carton}>
          <CartonIcon className={styles.box} />{' '}
          {ended.outcome === 'PASS' ? words.intoCarton(ended.carton) : `${words.carton} ${ended.carton}`}
        </p>
      )}
      <p className={styles.next}>{sentences?.next ?? (unitIn ? words.takeUnitOut : words.scanNextUnit)}</p>
      <p className={styles.facts}>
        {ended.failure && <code>{ended.failure.code}</code>}
        <span>{(ended.durationMs / 1000).toFixed(1)} s</span>
        {run.reworkOf !== undefined && <span>{words.rework}</span>}
        <span className={styles.label}>{ended.unit.serialNumber ?? run.label.value}</span>
      </p>
    </div>
  );
}

/** The verdict on the unit before, small: another unit is in the slot now, and the word must not be taken for its own. */
export function LastVerdict({ run, outcome }: { run: RunView; outcome: Outcome }) {
  const { words, verdicts } = useScreen().dictionary;
  return (
    <p className={styles.last} data-outcome={outcome}>
      <span>{words.lastUnit}:</span>
      <VerdictSign outcome={outcome} className={styles.sign} />
      <strong>{verdicts[outcome]}</strong>
      <span className={styles.label}>{run.label.value}</span>
    </p>
  );
}

/** How wide a word is with its sign, in units of the letter size: Latin capitals 0.8, Chinese characters 1, the sign 1.2. */
function widthInEm(word: string): number {
  return [...word].reduce((sum, letter) => sum + (letter > '\u2e80' ? 1 : 0.8), 1.2);
}
