import type { Words } from '../i18n/dictionary.ts';
import styles from './VirtualBanner.module.css';

/** Says on every screen that the line is virtual, so that nobody takes a rehearsal for production. */
export function VirtualBanner({ words }: { words: Words }) {
  return (
    <div className={styles.banner} role="note">
      <span className={styles.text}>
        <strong>{words.virtualLine}</strong> <span className={styles.means}>{words.virtualLineMeans}</span>
      </span>
    </div>
  );
}
