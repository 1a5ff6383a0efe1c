import styles from './StationFaults.module.css';
import { useScreen } from './screen.ts';

/** Faults of the station itself, newest first, with what to do about each. */
export function StationFaults() {
  const { snapshot, dictionary } = useScreen();
  if (snapshot.troubles.length === 0) return null;
  return (
    <ul className={styles.faults} aria-label={dictionary.words.stationFault}>
      {snapshot.troubles.map((trouble) => (
        <li key={`${trouble.code} ${trouble.detail}`} className={styles.fault} title={trouble.detail}>
          <strong>{dictionary.words.stationFault}:</strong> {dictionary.failures[trouble.code].operator}{' '}
          {dictionary.failures[trouble.code].next} <code className={styles.code}>{trouble.code}</code>
        </li>
      ))}
    </ul>
  );
}
