import { useRef } from 'react';
import { DICTIONARIES } from '../i18n/dictionaries.ts';
import { LANGUAGES, type Language } from '../i18n/language.ts';
import styles from './LanguageMenu.module.css';
import { useScreen } from './screen.ts';

/** The language of this screen, one press away: a big button for each, in its own words. */
export function LanguageMenu() {
  const { language, setLanguage, dictionary } = useScreen();
  const menu = useRef<HTMLDivElement>(null);
  const choose = (next: Language): void => {
    setLanguage(next);
    menu.current?.hidePopover();
  };
  return (
    <>
      <button
        type="button"
        className={styles.open}
        popoverTarget="language-menu"
        aria-label={dictionary.words.chooseLanguage}
      >
        <span className={styles.whole}>{dictionary.language}</span>
        <span className={styles.brief}>{language.toUpperCase()}</span>
      </button>
      <div ref={menu} id="language-menu" popover="auto" className={styles.menu}>
        {LANGUAGES.map((each) => (
          <button
            key={each}
            type="button"
            lang={each}
            className={styles.language}
            aria-pressed={each === language}
            onClick={() => choose(each)}
          >
            {DICTIONARIES[each].language}
          </button>
        ))}
      </div>
    </>
  );
}
