import { useEffect, useRef, useState } from 'react';
import type { Failure } from '../../src-main/domain/failure.ts';
import type { RunRecord } from '../../src-main/domain/run-record.ts';
import { useScreen } from '../frame/screen.ts';
import styles from './BatchDialog.module.css';

/** QA: has the cloud asked once more for a unit that it rejected, after saying that this may cost money. */
export function AskAgainDialog({ run, onClose }: { run: RunRecord; onClose: () => void }) {
  const { ask, dictionary } = useScreen();
  const { words, failures } = dictionary;
  const dialog = useRef<HTMLDialogElement>(null);
  const [refused, setRefused] = useState<Failure>();
  useEffect(() => dialog.current?.showModal(), []);
  const askAgain = async (): Promise<void> => {
    const answer = await ask('askCloudAgain', { runId: run.begun.runId });
    if (answer.ok) onClose();
    else setRefused(answer.failure);
  };
  return (
    <dialog ref={dialog} className={styles.dialog} onClose={onClose} aria-labelledby="ask-again-title">
      <div className={styles.form}>
        <h2 id="ask-again-title">
          {words.tryAgain}: {run.ended?.unit.serialNumber ?? run.begun.label.value}
        </h2>
        <p>{words.tryAgainMeans}</p>
        {refused && (
          <p role="alert">
            <strong>{failures[refused.code].operator}</strong> {failures[refused.code].next}
          </p>
        )}
        <div className={styles.buttons}>
          <button type="button" onClick={() => dialog.current?.close()}>
            {words.cancel}
          </button>
          <button type="button" className={styles.submit} onClick={askAgain}>
            {words.tryAgain}
          </button>
        </div>
      </div>
    </dialog>
  );
}
