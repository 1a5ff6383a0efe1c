import type { ProgressView } from '../../src-main/domain/snapshot.ts';
import { useScreen } from '../frame/screen.ts';
import styles from './FlashProgress.module.css';

/** How far the writing is: over the whole run as a bar and a percentage, of the present file in kilobytes. */
export function FlashProgress({ progress }: { progress: ProgressView }) {
  const { words, locale } = useScreen().dictionary;
  const phase = { erase: words.erasing, write: words.writing, read: words.reading }[progress.phase];
  const percent = Math.floor(progress.overall * 100);
  return (
    <div className={styles.progress}>
      <div
        className={styles.bar}
        role="progressbar"
        aria-label={phase}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <div className={styles.done} style={{ width: `${progress.overall * 100}%` }} />
      </div>
      <p className={styles.text}>
        <strong className={styles.percent}>{percent} %</strong>
        <span className={styles.phase}>
          {phase} <span className={styles.what}>{progress.what}</span>
        </span>
        <span className={styles.bytes}>
          {words.bytesOf(kilobytes(progress.doneBytes, locale), `${kilobytes(progress.totalBytes, locale)} KB`)}
        </span>
      </p>
    </div>
  );
}

function kilobytes(bytes: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(bytes / 1024);
}
