import type { RunRecord } from '../../src-main/domain/run-record.ts';
import { standingVerdict } from '../../src-main/domain/standing-verdict.ts';
import { CloudChip } from '../cloud/CloudChip.tsx';
import { addressOf } from '../frame/address.ts';
import { useScreen } from '../frame/screen.ts';
import { OutcomeChip } from './OutcomeChip.tsx';
import styles from './RunList.module.css';
import { whyNotGood } from './why-not-good.ts';

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
  const { words } = dictionary;
  if (!isAnswered) return <p>{words.working}</p>;
  return (
    <>
      <p className={styles.count} role="status">
        {runs.length === 0 ? words.noRuns : words.runsFound(runs.length)}
      </p>
      <ul className={styles.list}>
        {runs.map((run) => (
          <li key={run.begun.runId}>
            <RunLine run={run} search={search} isChosen={run.begun.runId === chosen} />
          </li>
        ))}
      </ul>
    </>
  );
}

type RunLineProps = { readonly run: RunRecord; readonly search: string; readonly isChosen: boolean };

function RunLine({ run, search, isChosen }: RunLineProps) {
  const { words, failures, locale } = useScreen().dictionary;
  const time = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'medium' });
  const { begun, ended, cloud } = run;
  return (
    <a
      className={styles.run}
      href={addressOf({ screen: 'runs', search, runId: begun.runId })}
      aria-current={isChosen ? 'true' : undefined}
    >
      <OutcomeChip outcome={standingVerdict(run)?.outcome} />
      <span className={styles.label}>{ended?.unit.serialNumber ?? begun.label.value}</span>
      <span className={styles.quiet}>{time.format(new Date(begun.at))}</span>
      <span className={styles.quiet}>{words.slot(begun.slot)}</span>
      <span className={styles.quiet}>{begun.batch}</span>
      {cloud?.work.carton !== undefined && (
        <span className={styles.quiet}>
          {words.carton} {cloud.work.carton}
        </span>
      )}
      {begun.reworkOf !== undefined && <span className={styles.mark}>{words.rework}</span>}
      {cloud !== undefined && (
        <span className={styles.cloud}>
          <CloudChip state={cloud.last.state} isOverdue={cloud.last.event === 'sim-overdue'} />
        </span>
      )}
      <span className={styles.why}>
        {whyNotGood(run)
          .map((code) => failures[code].operator)
          .join(' ')}
      </span>
    </a>
  );
}
