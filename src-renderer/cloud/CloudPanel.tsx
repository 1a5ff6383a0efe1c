import { useState } from 'react';
import { CLOUD_STATES } from '../../src-main/domain/cloud-work.ts';
import type { Failure } from '../../src-main/domain/failure.ts';
import { addressOf } from '../frame/address.ts';
import { useScreen } from '../frame/screen.ts';
import { CloudChip } from './CloudChip.tsx';
import styles from './CloudPanel.module.css';
import { passesByItself } from './cloud-sign.ts';

/** The cloud work in numbers and plain words: why it waits if it does, how old it is, and how far the units of the open batch are. */
export function CloudPanel({ age, onClose }: { age: string | undefined; onClose: () => void }) {
  const { snapshot, ask, dictionary } = useScreen();
  const { words, failures, locale } = dictionary;
  const [said, setSaid] = useState('');
  const { cloud, station } = snapshot;
  const number = new Intl.NumberFormat(locale);
  const numbers: readonly (readonly [string, string | undefined])[] = [
    [words.openUnits, number.format(cloud.open)],
    [words.notInProduct, number.format(cloud.notInProduct)],
    [words.oldestUnit, age],
    [words.awaitedOnline, cloud.awaitedOnline === undefined ? undefined : number.format(cloud.awaitedOnline)],
    [words.onlineProblems, cloud.onlineProblems === undefined ? undefined : number.format(cloud.onlineProblems)],
  ];
  const hurry = async (): Promise<void> => {
    const answer = await ask('hurryCloud', {});
    setSaid(answer.ok ? words.triedNow : failures[answer.failure.code].operator);
  };
  return (
    <div className={styles.body}>
      <h2 className={styles.title}>{words.cloud}</h2>
      {cloud.held === undefined ? <p>{words.cloudMeans}</p> : <Held why={cloud.held} />}
      <dl className={styles.numbers}>
        {numbers.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      <h3 className={styles.part}>
        {words.batch} {station.batch}
      </h3>
      <ul className={styles.states}>
        {CLOUD_STATES.map((state) => (
          <li key={state}>
            <a
              className={styles.state}
              href={addressOf({ screen: 'runs', search: '', cloud: state, batch: station.batch })}
              onClick={onClose}
            >
              <CloudChip state={state} />
              <span className={styles.means}>{words.cloudStatesMean[state]}</span>
              <strong className={styles.count} data-cloud-count={state}>
                {number.format(cloud.batch[state])}
              </strong>
            </a>
          </li>
        ))}
      </ul>
      <p role="status">{said}</p>
      <div className={styles.buttons}>
        {cloud.open > 0 && (
          <button type="button" className={styles.main} onClick={hurry}>
            {words.tryNow}
          </button>
        )}
        <button type="button" onClick={onClose}>
          {words.close}
        </button>
      </div>
    </div>
  );
}

function Held({ why }: { why: Failure }) {
  const { words, failures } = useScreen().dictionary;
  const { operator, next } = failures[why.code];
  return (
    <div className={styles.held} role="alert">
      <p className={styles.what}>
        <strong>{operator}</strong> {!passesByItself(why.code) && next}
      </p>
      <p>{words.cloudHeldMeans}</p>
      <p className={styles.engineer}>
        {words.forEngineer}: <span lang="en">{why.detail}</span> <code>{why.code}</code>
      </p>
    </div>
  );
}
