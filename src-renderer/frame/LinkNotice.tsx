import type { LinkState } from '../connect/link.ts';
import type { Words } from '../i18n/dictionary.ts';
import styles from './LinkNotice.module.css';

type LinkNoticeProps = {
  readonly link: LinkState;
  readonly words: Words;
  /** There is nothing else to show yet: fill the page. */
  readonly alone?: boolean;
};

/** Says plainly when the page does not hear the station: what is shown below may be old. Nothing while all is well. */
export function LinkNotice({ link, words, alone = false }: LinkNoticeProps) {
  if (link === 'open' && !alone) return null;
  return (
    <div className={alone ? styles.alone : styles.band} data-link={link} role="alert">
      <strong>{title(link, words)}</strong> <span>{meaning(link, words)}</span>
    </div>
  );
}

function title(link: LinkState, words: Words): string {
  if (link === 'refused') return words.accessRefused;
  return link === 'lost' ? words.connectionLost : words.connecting;
}

function meaning(link: LinkState, words: Words): string {
  if (link === 'refused') return words.accessRefusedMeans;
  return link === 'lost' ? words.connectionLostMeans : '';
}
