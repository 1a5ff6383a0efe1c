import { useEffect, useRef, useState } from 'react';
import type { Failure } from '../../src-main/domain/failure.ts';
import type { RunRecord } from '../../src-main/domain/run-record.ts';
import { go } from '../frame/route.ts';
import { useScreen } from '../frame/screen.ts';
import styles from './ReworkDialog.module.css';

/** Asks for the slot and flashes a reject again, in a run of its own. Then shows the line, where it goes on. */
export function ReworkDialog({ run, onClose }: { run: RunRecord; onClose: () => void }) {
  const { ask, snapshot, dictionary } = useScreen();
  const { words, failures } = dictionary;
  const dialog = useRef<HTMLDialogElement>(null);
  const [refused, setRefused] = useState<Failure>();
  const [isFull, setFull] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const begin = async (slot: string): Promise<void> => {
    const answer = await ask('rework', { runId: run.begun.runId, slot, ...(isFull ? { full: true } : {}) });
    if (answer.ok) go({ screen: 'line' });
    else setRefused(answer.failure);
  };
  return (
    <dialog ref={dialog} className={styles.dialog} onClose={onClose} aria-labelledby="rework-title">
      <h2 id="rework-title">
        {words.flashAgain}: {run.ended?.unit.serialNumber ?? run.begun.label.value}
      </h2>
      <p>{words.flashAgainMeans}</p>
      {refused && (
        <p role="alert" className={styles.refused}>
          <strong>{failures[refused.code].operator}</strong> {failures[refused.code].next}
        </p>
      )}
      <label className={styles.full}>
        <input type="checkbox" checked={isFull} onChange={(event) => setFull(event.target.checked)} />
        <span>
          <strong>{words.writeEverything}</strong> {words.writeEverythingMeans}
        </span>
      </label>
      <div className={styles.slots}>
        {snapshot.slots.map((slot) => {
          const isBusy = slot.run !== undefined && slot.run.ended === undefined;
          return (
            <button
              key={slot.slot}
              type="button"
              className={styles.slot}
              disabled={isBusy}
              onClick={() => begin(slot.slot)}
            >
              {words.slot(slot.slot)}
              <small>{isBusy ? words.slotBusy : slot.recipe.platform}</small>
            </button>
          );
        })}
      </div>
      <button type="button" className={styles.cancel} onClick={() => dialog.current?.close()}>
        {words.cancel}
      </button>
    </dialog>
  );
}
