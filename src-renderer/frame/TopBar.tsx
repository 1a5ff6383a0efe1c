import type { Outcome } from '../../src-main/domain/outcome.ts';
import { CloudSign } from '../cloud/CloudSign.tsx';
import { VerdictSign } from '../operator/VerdictSign.tsx';
import { addressOf, type Route } from './address.ts';
import { BatchSign } from './BatchSign.tsx';
import { LanguageMenu } from './LanguageMenu.tsx';
import { SoundButton } from './SoundButton.tsx';
import { useScreen } from './screen.ts';
import styles from './TopBar.module.css';

const OUTCOMES: readonly Outcome[] = ['PASS', 'FAIL', 'ERROR', 'ABORTED'];

/** Where one is, which batch and carton are open and how it goes, here and in the cloud, and the few things one may change about the screen. */
export function TopBar({ route }: { route: Route }) {
  const { snapshot, dictionary } = useScreen();
  const { words, verdicts } = dictionary;
  return (
    <header className={styles.bar}>
      <h1 className={styles.station}>{snapshot.station.name}</h1>
      <BatchSign />
      <ul className={styles.counts}>
        {OUTCOMES.map((outcome) => (
          <li key={outcome} className={styles.count} title={verdicts[outcome]}>
            <VerdictSign outcome={outcome} className={styles.sign} />
            <span className={styles.word}>{verdicts[outcome]}</span>
            <strong data-count={outcome}>{snapshot.counts[outcome]}</strong>
          </li>
        ))}
      </ul>
      <CloudSign />
      <nav className={styles.nav}>
        <a href={addressOf({ screen: 'line' })} aria-current={route.screen === 'line' ? 'page' : undefined}>
          {words.line}
        </a>
        <a href={addressOf({ screen: 'runs', search: '' })} aria-current={route.screen === 'runs' ? 'page' : undefined}>
          {words.records}
        </a>
        <a href={addressOf({ screen: 'slots' })} aria-current={route.screen === 'slots' ? 'page' : undefined}>
          {words.slots}
        </a>
      </nav>
      <SoundButton />
      <LanguageMenu />
    </header>
  );
}
