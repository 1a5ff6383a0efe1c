import { useScreen } from '../frame/screen.ts';
import { FlashLimits } from './FlashLimits.tsx';
import { SlotLearning } from './SlotLearning.tsx';
import { SlotReport } from './SlotReport.tsx';
import styles from './SlotsScreen.module.css';
import { useSlotCommand } from './use-slot-command.ts';

/** For supervisors: which USB port each slot has and how it does, how many flash at once; and the teaching of the ports. */
export function SlotsScreen() {
  const { snapshot, dictionary } = useScreen();
  const { words } = dictionary;
  const command = useSlotCommand();
  if (snapshot.learning !== undefined) return <SlotLearning learning={snapshot.learning} />;
  return (
    <div className={styles.screen}>
      <header className={styles.header}>
        <button type="button" className={styles.teach} onClick={() => command('learnSlots', { action: 'start' })}>
          {words.teachSlots}
        </button>
        <p className={styles.means}>{words.teachSlotsMeans}</p>
        <FlashLimits limit={snapshot.flashLimit} />
      </header>
      <ul className={styles.slots}>
        {snapshot.slots.map((slot) => (
          <SlotReport key={slot.slot} slot={slot} />
        ))}
      </ul>
    </div>
  );
}
