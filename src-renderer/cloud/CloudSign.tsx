import { useRef, useState } from 'react';
import { useScreen } from '../frame/screen.ts';
import { useNow } from '../frame/use-now.ts';
import type { Words } from '../i18n/dictionary.ts';
import { ageText } from './age.ts';
import { CloudIcon } from './CloudIcon.tsx';
import { CloudPanel } from './CloudPanel.tsx';
import styles from './CloudSign.module.css';
import { type CloudSignKind, cloudSign } from './cloud-sign.ts';

/** So often the age is told anew; it is told in minutes. */
const TELL_EVERY_MS = 5000;

/** How much the cloud still has to do and since when, on every screen. Pressed, it tells the rest. */
export function CloudSign() {
  const { snapshot, dictionary } = useScreen();
  const { words, locale } = dictionary;
  const now = useNow(TELL_EVERY_MS);
  const panel = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const { oldestAt } = snapshot.cloud;
  const sign = cloudSign(snapshot.cloud);
  const age = oldestAt === undefined || snapshot.cloud.open === 0 ? undefined : ageText(oldestAt, now, locale);
  const count = new Intl.NumberFormat(locale).format(sign.units);
  const said =
    sign.kind === 'up-to-date'
      ? words.upToDate
      : `${count} ${behindNumber(sign, words)}${age === undefined ? '' : `, ${words.oldest(age)}`}`;
  return (
    <>
      <button
        type="button"
        className={styles.sign}
        popoverTarget="cloud-panel"
        data-cloud={sign.kind}
        aria-label={`${words.cloud}: ${said}`}
      >
        <CloudIcon kind={sign.kind} className={styles.icon} />
        <span className={styles.text}>
          {sign.kind === 'up-to-date' ? (
            <span className={styles.word}>
              {words.cloud} {words.upToDate}
            </span>
          ) : (
            <strong>
              {count} <span className={styles.word}>{behindNumber(sign, words)}</span>
            </strong>
          )}
          {age !== undefined && (
            <small>
              <span className={styles.word}>{words.oldest(age)}</span>
              <span className={styles.bare}>{age}</span>
            </small>
          )}
        </span>
      </button>
      <div
        ref={panel}
        id="cloud-panel"
        popover="auto"
        className={styles.panel}
        onToggle={(event) => setOpen(event.newState === 'open')}
      >
        {isOpen && <CloudPanel age={age} onClose={() => panel.current?.hidePopover()} />}
      </div>
    </>
  );
}

function behindNumber({ kind, units }: CloudSignKind, words: Words): string {
  if (kind === 'rejected') return words.unitsRejected(units);
  return kind === 'held' ? words.unitsHeld(units) : words.unitsOpen(units);
}
