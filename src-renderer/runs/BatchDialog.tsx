import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import type { CommandAnswer } from '../../src-main/contract/contract.ts';
import type { Failure } from '../../src-main/domain/failure.ts';
import { useScreen } from '../frame/screen.ts';
import styles from './BatchDialog.module.css';

type BatchDialogProps = {
  readonly onClose: () => void;
  /** Something was opened or closed; the sentence says what. */
  readonly onDone: (sentence: string) => void;
};

/** Supervisor: the batch that runs belong to from now on, and the carton that passed units go into. */
export function BatchDialog({ onClose, onDone }: BatchDialogProps) {
  const { ask, snapshot, dictionary } = useScreen();
  const { words, failures } = dictionary;
  const dialog = useRef<HTMLDialogElement>(null);
  const [refused, setRefused] = useState<Failure>();
  useEffect(() => dialog.current?.showModal(), []);
  const settle = (answer: CommandAnswer<'openBatch' | 'openCarton'>, sentence: string): void => {
    if (answer.ok) onDone(sentence);
    else setRefused(answer.failure);
  };
  const { batch, carton } = snapshot.station;
  return (
    <dialog ref={dialog} className={styles.dialog} onClose={onClose} aria-labelledby="batch-title">
      <h2 id="batch-title">{words.batchAndCarton}</h2>
      {refused && <p role="alert">{failures[refused.code].operator}</p>}
      <NameForm
        title={words.carton}
        present={carton ?? words.noCarton}
        means={words.cartonMeans}
        label={words.cartonName}
        rule={words.cartonNameRule}
        maxLength={40}
        submit={words.openCarton}
        onName={async (name) => settle(await ask('openCarton', { name }), words.cartonOpened(name))}
        {...(carton === undefined
          ? {}
          : {
              less: words.closeCarton,
              onLess: async () => settle(await ask('openCarton', {}), words.cartonClosed),
            })}
      />
      <NameForm
        title={words.batch}
        present={batch}
        label={words.batchName}
        rule={words.batchNameRule}
        maxLength={60}
        submit={words.openBatch}
        onName={async (name) => settle(await ask('openBatch', { name }), words.batchOpened(name))}
      />
      <button type="button" className={styles.cancel} onClick={() => dialog.current?.close()}>
        {words.cancel}
      </button>
    </dialog>
  );
}

type NameFormProps = {
  readonly title: string;
  /** What is open now. */
  readonly present: string;
  readonly means?: string;
  readonly label: string;
  readonly rule: string;
  readonly maxLength: number;
  readonly submit: string;
  readonly onName: (name: string) => Promise<void>;
  /** A second button, which needs no name. */
  readonly less?: string;
  readonly onLess?: () => Promise<void>;
};

function NameForm({ title, present, means, label, rule, maxLength, submit, onName, less, onLess }: NameFormProps) {
  const [name, setName] = useState('');
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    await onName(name.trim());
  };
  return (
    <form className={styles.form} onSubmit={send}>
      <p className={styles.present}>
        {title}: <strong>{present}</strong>
      </p>
      {means !== undefined && <p>{means}</p>}
      <label className={styles.field}>
        {label}
        <input
          type="text"
          required
          maxLength={maxLength}
          pattern={`(?=.*\\S)[\\w .:\\/\\-]{1,${maxLength}}`}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <small>{rule}</small>
      </label>
      <div className={styles.buttons}>
        {less !== undefined && (
          <button type="button" onClick={onLess}>
            {less}
          </button>
        )}
        <button type="submit" className={styles.submit}>
          {submit}
        </button>
      </div>
    </form>
  );
}
