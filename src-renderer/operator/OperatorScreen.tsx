import type { SlotView, Snapshot, VirtualUnitView } from '../../src-main/domain/snapshot.ts';
import { addressOf } from '../frame/address.ts';
import { useScreen } from '../frame/screen.ts';
import styles from './OperatorScreen.module.css';
import { SlotCard } from './SlotCard.tsx';
import { slotGrid } from './slot-phase.ts';

/** The line: one big card for each slot, all of them in sight. Nothing here is typed. */
export function OperatorScreen() {
  const { snapshot, dictionary } = useScreen();
  const { columns, rows } = slotGrid(snapshot.slots.length);
  return (
    <>
      {snapshot.learning !== undefined && (
        <a className={styles.learning} href={addressOf({ screen: 'slots' })}>
          {dictionary.failures['slot/learning'].operator} {dictionary.failures['slot/learning'].next}
        </a>
      )}
      <div
        className={styles.slots}
        style={{
          gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
          gridTemplateRows: `repeat(${rows}, minmax(0, 1fr))`,
        }}
      >
        {snapshot.slots.map((slot) => (
          <SlotCard key={slot.slot} slot={slot} virtualUnit={virtualUnitOf(slot, snapshot)} />
        ))}
      </div>
    </>
  );
}

/** On a virtual line: the unit whose cable leads to this slot; to a slot without a port, the one of its own name. */
function virtualUnitOf({ slot, portPath }: SlotView, { bench }: Snapshot): VirtualUnitView | undefined {
  return bench?.find((unit) => (portPath === undefined ? unit.slot === slot : unit.portPath === portPath));
}
