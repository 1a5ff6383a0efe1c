import { useState } from 'react';
import type { CloudStanding } from '../../src-main/domain/cloud-work.ts';
import type { RunRecord } from '../../src-main/domain/run-record.ts';
import { CloudChip } from '../cloud/CloudChip.tsx';
import { CartonIcon } from '../frame/BatchSign.tsx';
import { useScreen } from '../frame/screen.ts';
import { AskAgainDialog } from './AskAgainDialog.tsx';
import { cloudFacts } from './cloud-facts.ts';
import { Facts } from './Facts.tsx';
import { FailureReport } from './FailureReport.tsx';
import styles from './RunCloud.module.css';

/** How far the cloud is with the unit of this run, since when and why, what it was asked for, and when the unit first came online. */
export function RunCloud({ run, cloud }: { run: RunRecord; cloud: CloudStanding }) {
  const { dictionary } = useScreen();
  const { words, failures, locale } = dictionary;
  const [isAsking, setAsking] = useState(false);
  const { work, last, online } = cloud;
  const time = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const isRejected = last.state === 'rejected';
  const fault = online?.verdict === 'late' || online?.verdict === 'wrong-version' ? online.verdict : undefined;
  return (
    <section className={styles.cloud} aria-labelledby="run-cloud">
      <h3 id="run-cloud" className={styles.title}>
        {words.cloud}
      </h3>
      <p className={styles.state}>
        <CloudChip state={last.state} isOverdue={last.event === 'sim-overdue'} />
        <span>
          {words.since} {time.format(new Date(last.at))}
        </span>
        {last.event === 'asked-again' && <span>{words.triedAgain}</span>}
        <span className={styles.quiet}>
          {words.cloudStatesMean[last.state]} {!isRejected && (last.isDone ? words.nothingLeft : words.goesOn)}
        </span>
      </p>
      {isRejected && (
        <p className={styles.pull}>
          <span>{failures['cloud/rejected-later'].next}</span>
          <strong className={styles.place}>
            {work.carton === undefined ? `${words.batch} ${work.batch}` : <CartonName name={work.carton} />}
          </strong>
        </p>
      )}
      {last.failure && <FailureReport failure={last.failure} />}
      {fault !== undefined && (
        <p className={styles.fault}>
          <strong>{failures[`online/${fault}`].operator}</strong> {failures[`online/${fault}`].next}
        </p>
      )}
      <Facts facts={cloudFacts(cloud, words, (iso) => time.format(new Date(iso)))} />
      {isRejected && (
        <button type="button" className={styles.again} onClick={() => setAsking(true)}>
          {words.tryAgain}
        </button>
      )}
      {isAsking && <AskAgainDialog run={run} onClose={() => setAsking(false)} />}
    </section>
  );
}

function CartonName({ name }: { name: string }) {
  const { words } = useScreen().dictionary;
  return (
    <>
      <CartonIcon className={styles.icon} /> {words.carton} {name}
    </>
  );
}
