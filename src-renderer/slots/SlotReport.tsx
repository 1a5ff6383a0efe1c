import type { HealthReason, SlotHealth } from '../../src-main/domain/slot-health.ts';
import type { SlotView } from '../../src-main/domain/snapshot.ts';
import { useScreen } from '../frame/screen.ts';
import type { Dictionary } from '../i18n/dictionary.ts';
import { ForgetButton } from './ForgetButton.tsx';
import { HealthSign } from './HealthSign.tsx';
import styles from './SlotReport.module.css';
import { useSlotCommand } from './use-slot-command.ts';

/** One slot for its supervisor: its port, its health with the reason, and the figures behind it. */
export function SlotReport({ slot }: { slot: SlotView }) {
  const { dictionary } = useScreen();
  const { words } = dictionary;
  const command = useSlotCommand();
  const { health } = slot;
  return (
    <li className={styles.slot} data-slot={slot.slot} data-health={health.verdict}>
      <header className={styles.header}>
        <h2 className={styles.name}>{words.slot(slot.slot)}</h2>
        {slot.portPath === undefined ? <strong>{words.noPort}</strong> : <code>{slot.portPath}</code>}
        <span className={styles.health}>
          <HealthSign verdict={health.verdict} />
        </span>
      </header>
      {health.reasons.length > 0 && (
        <p className={styles.reasons}>
          <strong>{words.checkCable}</strong> {health.reasons.map((reason) => reasonText(reason, dictionary)).join(' ')}
        </p>
      )}
      <dl className={styles.figures}>
        {figuresOf(health, dictionary).map(([name, value]) => (
          <div key={name} className={styles.figure}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className={styles.actions}>
        <button type="button" onClick={() => command('learnSlots', { action: 'start', slot: slot.slot })}>
          {words.teachThisSlot}
        </button>
        {slot.portPath !== undefined && <ForgetButton slot={slot.slot} />}
      </div>
    </li>
  );
}

function reasonText(reason: HealthReason, { words, locale }: Dictionary): string {
  switch (reason.kind) {
    case 'slow':
      return words.healthSlow(decimal(reason.times, locale, 1));
    case 'slow-switch':
      return words.healthSlowSwitch(decimal(reason.times, locale, 1));
    case 'stalls':
      return words.healthStalls(reason.count);
    case 'failures':
      return words.healthFailures(reason.count);
  }
}

function figuresOf(health: SlotHealth, { words, locale }: Dictionary): readonly (readonly [string, string])[] {
  const { bytesPerSecond, pace, enterDfuMs, restartMs } = health;
  const seconds = (ms: number): string => `${decimal(ms / 1000, locale, 1)} s`;
  return [
    [words.runs, String(health.runs)],
    [words.writing, bytesPerSecond === undefined ? '–' : `${decimal(bytesPerSecond / 1024, locale, 1)} KB/s`],
    [words.pace, pace === undefined ? '–' : `${decimal(pace, locale, 2)} ×`],
    [words.stalls, String(health.stalls)],
    [words.retries, String(health.retries)],
    [words.lostConnections, String(health.suspectFailures)],
    [words.toUpdateMode, enterDfuMs === undefined ? '–' : seconds(enterDfuMs)],
    [words.restart, restartMs === undefined ? '–' : seconds(restartMs)],
  ];
}

function decimal(value: number, locale: string, digits: number): string {
  return new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}
