import { PullNotice } from './PullNotice.tsx';
import styles from './StationFaults.module.css';
import { useScreen } from './screen.ts';
import { unitsToPull } from './units-to-pull.ts';

/** Faults of the station itself, newest first, with what to do about each; above them, big, the units that must be pulled. */
export function StationFaults() {
  const { snapshot, dictionary } = useScreen();
  const pulled = snapshot.troubles.filter((trouble) => unitsToPull(trouble) !== undefined);
  const others = snapshot.troubles.filter((trouble) => unitsToPull(trouble) === undefined);
  return (
    <>
      {[...Map.groupBy(pulled, ({ code }) => code)].map(([code, troubles]) => (
        <PullNotice key={code} code={code} troubles={troubles} />
      ))}
      {others.length > 0 && (
        <ul className={styles.faults} aria-label={dictionary.words.stationFault}>
          {others.map((trouble) => (
            <li key={`${trouble.code} ${trouble.detail}`} className={styles.fault} title={trouble.detail}>
              <strong>{dictionary.words.stationFault}:</strong> {dictionary.failures[trouble.code].operator}{' '}
              {dictionary.failures[trouble.code].next} <code className={styles.code}>{trouble.code}</code>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
