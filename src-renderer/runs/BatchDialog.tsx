import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import type { Failure } from '../../src-main/domain/failure.ts';
import { useScreen } from '../frame/screen.ts';
import styles from './BatchDialog.module.css';

type BatchDialogProps = { readonly onClose: () => void; readonly onOpened: (name: string) => void };

/** Supervisor: the batch that runs belong to from now on. */
export function BatchDialog({ onClose, onOpened }: BatchDialogProps) {
  const { ask, snapshot, dictionary } = useScreen();
  const { words, failures } = dictionary;
  const dialog = useRef<HTMLDialogElement>(null);
  const [name, setName] = useState('');
  const [refused, setRefused] = useState<Failure>();
  useEffect(() => dialog.current?.showModal(), []);
  const open = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const answer = await ask('openBatch', { name: name.trim() });
    if (answer.ok) onOpened(name.trim());
    else setRefused(answer.failure);
  };
  return (
    <dialog ref={dialog} className={styles.dialog} onClose={onClose} aria-labelledby="batch-title">
      <form className={styles.form} onSubmit={open}>
        <h2 id="batch-title">{words.openBatch}</h2>
        <p>
          {words.batch}: <strong>{snapshot.station.batch}</strong>
        </p>
        <label className={styles.field}>
          {words.batchName}
          <input
            type="text"
            required
            maxLength={60}
            pattern="[\w .:\/\-]{1,60}"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <small>{words.batchNameRule}</small>
        </label>
        {refused && <p role="alert">{failures[refused.code].operator}</p>}
        <div className={styles.buttons}>
          <button type="button" onClick={() => dialog.current?.close()}>
            {words.cancel}
          </button>
          <button type="submit" className={styles.submit}>
            {words.openBatch}
          </button>
        </div>
      </form>
    </dialog>
  );
}
