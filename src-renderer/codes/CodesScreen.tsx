import { useScreen } from '../frame/screen.ts';
import { DICTIONARIES } from '../i18n/dictionaries.ts';
import { LANGUAGES } from '../i18n/language.ts';
import { Barcode } from './Barcode.tsx';
import { CartonCode } from './CartonCode.tsx';
import styles from './CodesScreen.module.css';

/** The printed orders of this station, to be put on paper: with them and a scanner nothing needs to be touched. */
export function CodesScreen() {
  const { snapshot, dictionary } = useScreen();
  const { words } = dictionary;
  const codes: readonly (readonly [string, string])[] = [
    ...snapshot.slots.map(({ slot }) => [`LW:SLOT:${slot}`, `${words.slot(slot)}: ${words.scanGoesHere}`] as const),
    ...snapshot.slots.map(({ slot }) => [`LW:STOP:${slot}`, `${words.slot(slot)}: ${words.stop}`] as const),
    ...LANGUAGES.map((language) => [`LW:LANG:${language}`, DICTIONARIES[language].language] as const),
    ['LW:SHOW:LINE', words.line],
    ['LW:SHOW:RUNS', words.records],
    ['LW:SHOW:SLOTS', words.slots],
    ['LW:SOUND:ON', words.soundOn],
    ['LW:SOUND:OFF', words.soundOff],
    ['LW:LEARN:START', words.teachSlots],
    ['LW:LEARN:SKIP', `${words.teachSlots}: ${words.skipSlot}`],
    ['LW:LEARN:UNDO', `${words.teachSlots}: ${words.undoLast}`],
    ['LW:LEARN:FINISH', `${words.teachSlots}: ${words.savePorts}`],
    ['LW:LEARN:CANCEL', `${words.teachSlots}: ${words.cancel}`],
  ];
  return (
    <div className={styles.screen}>
      <header className={styles.header}>
        <h2>{words.printedCodes}</h2>
        <p>{words.printedCodesMeans}</p>
        <button type="button" className={styles.print} onClick={() => window.print()}>
          {words.print}
        </button>
      </header>
      <CartonCode />
      <ul className={styles.codes}>
        {codes.map(([code, meaning]) => (
          <li key={code} className={styles.code}>
            <strong>{meaning}</strong>
            <Barcode text={code} />
            <code>{code}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}
