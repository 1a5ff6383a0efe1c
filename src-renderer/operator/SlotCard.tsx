import type { SlotView, VirtualUnitView } from '../../src-main/domain/snapshot.ts';
import { addressOf } from '../frame/address.ts';
import { type Screen, useScreen } from '../frame/screen.ts';
import { Instruction } from './Instruction.tsx';
import { RehearsalStrip } from './RehearsalStrip.tsx';
import styles from './SlotCard.module.css';
import { SlotWork } from './SlotWork.tsx';
import { type SlotPhase, slotPhase } from './slot-phase.ts';
import { LastVerdict, Verdict } from './Verdict.tsx';
import { verdictNow } from './verdict-now.ts';

/** One slot: what it is for, what is going on in it, and what the operator does next. */
export function SlotCard({ slot, virtualUnit }: { slot: SlotView; virtualUnit: VirtualUnitView | undefined }) {
  const screen = useScreen();
  const { words } = screen.dictionary;
  const phase = slotPhase(judgedNow(slot, screen));
  const { lastScan } = screen.snapshot;
  const armed = lastScan?.slot === slot.slot && lastScan.label === undefined; // a slot code was scanned, the label comes next
  return (
    <section className={styles.card} data-phase={phase.kind} data-slot={slot.slot} aria-label={words.slot(slot.slot)}>
      <header className={styles.header}>
        <h2 className={styles.name}>{words.slot(slot.slot)}</h2>
        {slot.health.verdict === 'bad' && (
          <a className={styles.check} href={addressOf({ screen: 'slots' })} title={words.checkSlot}>
            <svg className={styles.flag} viewBox="0 0 24 24" aria-hidden="true">
              <path d="M6 22V3h13l-4 5 4 5H6" fill="none" stroke="currentColor" strokeWidth="3" />
            </svg>
            <span className={styles.checkText}>{words.checkSlot}</span>
          </a>
        )}
        <p className={styles.recipe}>
          <strong>{slot.recipe.name}</strong> <span>{slot.recipe.platform}</span>{' '}
          <span className={styles.versions}>
            v{slot.recipe.productVersion} · {slot.recipe.deviceOs}
          </span>
        </p>
      </header>
      {armed && <p className={styles.armed}>{words.scanGoesHere}</p>}
      <div className={styles.body}>
        <PhaseBody slot={slot} phase={phase} screen={screen} />
      </div>
      {virtualUnit && <RehearsalStrip unit={virtualUnit} />}
    </section>
  );
}

/** The slot with the verdict that stands now. */
function judgedNow(slot: SlotView, { snapshot }: Screen): SlotView {
  if (slot.run?.ended === undefined) return slot;
  const ended = verdictNow(slot.run, snapshot.troubles);
  return ended === undefined ? slot : { ...slot, run: { ...slot.run, ended } };
}

function PhaseBody({ slot, phase, screen }: { slot: SlotView; phase: SlotPhase; screen: Screen }) {
  const { words, failures } = screen.dictionary;
  switch (phase.kind) {
    case 'idle':
      if (slot.portPath === undefined)
        return <Instruction sign="put-in" text={words.noPort} next={failures['slot/not-learnt'].next} />;
      return <Instruction sign="scan" text={phase.unitIn ? words.scanLabelOfThisUnit : words.scanLabel} />;
    case 'awaiting-unit':
      return <SlotWork slot={slot.slot} run={phase.run} instruction={words.putUnitIn} awaitingUnit />;
    case 'working':
      return <SlotWork slot={slot.slot} run={phase.run} instruction={words.leaveUnitIn} />;
    case 'verdict':
      if (!phase.nextUnitIn) return <Verdict run={phase.run} ended={phase.ended} unitIn={phase.unitIn} />;
      return (
        <>
          <LastVerdict run={phase.run} outcome={phase.ended.outcome} />
          <Instruction sign="scan" text={words.scanLabelOfThisUnit} />
        </>
      );
  }
}
