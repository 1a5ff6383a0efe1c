import { Component, type ReactNode } from 'react';
import { DICTIONARIES } from '../i18n/dictionaries.ts';
import { firstLanguage } from '../i18n/language.ts';
import styles from './PageFault.module.css';
import { readSetting } from './settings.ts';

/** What stays on the screen when the page itself has a fault: the station goes on working and the records with it. */
export class PageFault extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    const { words } = DICTIONARIES[firstLanguage(readSetting('language'))];
    return (
      <button type="button" className={styles.fault} onClick={() => window.location.reload()}>
        {words.pageFault}
      </button>
    );
  }
}
