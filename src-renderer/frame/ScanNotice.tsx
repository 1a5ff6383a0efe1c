import styles from './ScanNotice.module.css';
import { type Screen, useScreen } from './screen.ts';

/** Why the last scan was refused, until the next one; or why something asked for on this screen was not done. */
export function ScanNotice() {
  const screen = useScreen();
  const shown = refusal(screen);
  return (
    <div role="alert">
      {shown && (
        <div className={styles.notice}>
          <Sign />
          <p className={styles.text}>
            <span className={styles.title}>{shown.title}</span> <strong>{shown.what}</strong> <span>{shown.next}</span>
          </p>
        </div>
      )}
    </div>
  );
}

function refusal({ snapshot, notice, dictionary }: Screen) {
  const { words, failures } = dictionary;
  const refused = snapshot.lastScan?.failure;
  const failure = refused ?? notice?.failure;
  if (failure === undefined) return undefined;
  const { operator, next } = failures[failure.code];
  return { title: refused === undefined ? words.notDone : words.scanRefused, what: operator, next };
}

function Sign() {
  return (
    <svg className={styles.sign} viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="10" fill="none" stroke="currentColor" strokeWidth="3" />
      <path d="M5 19 19 5" stroke="currentColor" strokeWidth="3" />
    </svg>
  );
}
