import type { LearningView } from '../../src-main/domain/snapshot.ts';
import { useScreen } from '../frame/screen.ts';
import styles from './SlotLearning.module.css';
import { useSlotCommand } from './use-slot-command.ts';

/** The guided teaching: which slot the unit goes into now, which slots are done, and the ways out. */
export function SlotLearning({ learning }: { learning: LearningView }) {
  const { snapshot, dictionary } = useScreen();
  const { words, failures } = dictionary;
  const command = useSlotCommand();
  const { present, refused, slots } = learning;
  const hasTurns = slots.some(({ state }) => state === 'learnt' || state === 'skipped');
  const hasLearnt = slots.some(({ state }) => state === 'learnt');
  const owner = typeof refused?.evidence?.slot === 'string' ? refused.evidence.slot : undefined;
  return (
    <div className={styles.screen}>
      <div className={styles.now}>
        <p className={styles.title} role="status">
          {present === undefined ? words.everySlotHadItsTurn : words.plugIntoSlot(present)}
        </p>
        <p className={styles.means}>{present === undefined ? words.saveMeans : words.plugIntoSlotMeans}</p>
        {refused !== undefined && (
          <p role="alert" className={styles.refused}>
            <strong>
              {failures[refused.code].operator}
              {owner !== undefined && ` (${words.slot(owner)})`}
            </strong>{' '}
            {failures[refused.code].next}
          </p>
        )}
      </div>
      <ol className={styles.slots}>
        {slots.map(({ slot, state, portPath }) => (
          <li key={slot} className={styles.slot} data-state={state}>
            <span className={styles.sign} aria-hidden="true" />
            <strong>{words.slot(slot)}</strong>
            <code>{portPath ?? '–'}</code>
            <span className="read-out-only">{words.learningStates[state]}</span>
          </li>
        ))}
      </ol>
      {snapshot.bench && (
        <fieldset className={styles.bench} aria-label={words.rehearsal}>
          {snapshot.bench.map(({ slot, plugged }) => (
            <button
              key={slot}
              type="button"
              onClick={() => command('bench', { slot, action: plugged ? 'unplug' : 'plug' })}
            >
              {plugged ? words.pullOut : words.plugIn} {slot}
            </button>
          ))}
        </fieldset>
      )}
      <div className={styles.buttons}>
        <button type="button" disabled={!hasTurns} onClick={() => command('learnSlots', { action: 'undo' })}>
          {words.undoLast}
        </button>
        <button
          type="button"
          disabled={present === undefined}
          onClick={() => command('learnSlots', { action: 'skip' })}
        >
          {words.skipSlot}
        </button>
        <button type="button" onClick={() => command('learnSlots', { action: 'cancel' })}>
          {words.cancel}
        </button>
        <button
          type="button"
          className={styles.save}
          disabled={!hasLearnt}
          onClick={() => command('learnSlots', { action: 'finish' })}
        >
          {words.savePorts}
        </button>
      </div>
    </div>
  );
}
