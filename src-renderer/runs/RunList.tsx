import type { RunRecord } from '../../src-main/domain/run-record.ts';
import { addressOf } from '../frame/address.ts';
import { useScreen } from '../frame/screen.ts';
import { OutcomeChip } from './OutcomeChip.tsx';
import styles from './RunList.module.css';

type RunListProps = {
  readonly runs: readonly RunRecord[];
  readonly isAnswered: boolean;
  /** Kept in the address of each run, so that Back leads to the same list. */
  readonly search: string;
  readonly chosen: string | undefined;
};

/** The runs found, newest first, one line each. */
export function RunList({ runs, isAnswered, search, chosen }: RunListProps) {
  const { dictionary } = useScreen();
  const { words, locale } = dictionary;
  const time = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'medium' });
  if (!isAnswered) return <p>{words.working}</p>;
  return (
    <>
      <p className={styles.count} role="status">
        {runs.length === 0 ? words.noRuns : words.runsFound(runs.length)}
      </p>
      <ul className={styles.list}>
        {runs.map(({ begun, ended }) => (
          <li key={begun.runId}>
            <a
              className={styles.run}
              href={addressOf({ screen: 'runs', search, runId: begun.runId })}
              aria-current={begun.runId === chosen ? 'true' : undefined}
            >
              <OutcomeChip outcome={ended?.outcome} />
              <span className={styles.label}>{ended?.unit.serialNumber ?? begun.label.value}</span>
              <span className={styles.quiet}>{time.format(new Date(begun.at))}</span>
              <span className={styles.quiet}>{words.slot(begun.slot)}</span>
              <span className={styles.quiet}>{begun.batch}</span>
              {begun.reworkOf !== undefined && <span className={styles.mark}>{words.rework}</span>}
              <span className={styles.why}>{ended?.failure && dictionary.failures[ended.failure.code].operator}</span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
