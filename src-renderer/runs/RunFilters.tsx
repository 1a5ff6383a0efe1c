import { CLOUD_STATES, type CloudState } from '../../src-main/domain/cloud-work.ts';
import type { Outcome } from '../../src-main/domain/outcome.ts';
import type { RunRecord } from '../../src-main/domain/run-record.ts';
import { useScreen } from '../frame/screen.ts';
import styles from './RunFilters.module.css';
import { EVERY_RUN, type RunFilter } from './run-filter.ts';

type RunFiltersProps = {
  readonly filter: RunFilter;
  readonly onChange: (filter: RunFilter) => void;
  /** The runs on the list: their batches are offered. */
  readonly runs: readonly RunRecord[];
};

const OUTCOMES: readonly Outcome[] = ['PASS', 'FAIL', 'ERROR', 'ABORTED'];

/** The search by any identifier, and the filters by day, batch, result and state in the cloud. */
export function RunFilters({ filter, onChange, runs }: RunFiltersProps) {
  const { snapshot, dictionary } = useScreen();
  const { words, verdicts } = dictionary;
  const change = (part: Partial<RunFilter>): void => onChange({ ...filter, ...part });
  const batches = [...new Set([snapshot.station.batch, ...runs.map(({ begun }) => begun.batch)])];
  return (
    <search className={styles.filters}>
      <input
        type="search"
        className={styles.text}
        aria-label={words.search}
        placeholder={words.searchPlaceholder}
        maxLength={120}
        value={filter.text}
        onChange={(event) => change({ text: event.target.value })}
      />
      <label className={styles.field}>
        <span>{words.day}</span>
        <input type="date" value={filter.day} onChange={(event) => change({ day: event.target.value })} />
      </label>
      <label className={styles.field}>
        <span>{words.batch}</span>
        <input
          type="text"
          list="batches"
          maxLength={80}
          placeholder={words.anyBatch}
          value={filter.batch}
          onChange={(event) => change({ batch: event.target.value })}
        />
        <datalist id="batches">
          {batches.map((batch) => (
            <option key={batch} value={batch} />
          ))}
        </datalist>
      </label>
      <label className={styles.field}>
        <span>{words.outcome}</span>
        <select value={filter.outcome} onChange={(event) => change({ outcome: event.target.value as Outcome | '' })}>
          <option value="">{words.anyOutcome}</option>
          {OUTCOMES.map((outcome) => (
            <option key={outcome} value={outcome}>
              {verdicts[outcome]}
            </option>
          ))}
        </select>
      </label>
      <label className={styles.field}>
        <span>{words.cloud}</span>
        <select value={filter.cloud} onChange={(event) => change({ cloud: event.target.value as CloudState | '' })}>
          <option value="">{words.anyCloudState}</option>
          {CLOUD_STATES.map((state) => (
            <option key={state} value={state}>
              {words.cloudStates[state]}
            </option>
          ))}
        </select>
      </label>
      <button type="button" className={styles.clear} onClick={() => onChange(EVERY_RUN)}>
        {words.clear}
      </button>
    </search>
  );
}
