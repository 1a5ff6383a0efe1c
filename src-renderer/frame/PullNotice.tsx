import type { Failure } from '../../src-main/domain/failure.ts';
import type { FailureCode } from '../../src-main/domain/failure-codes.ts';
import { VerdictSign } from '../operator/VerdictSign.tsx';
import { addressOf } from './address.ts';
import { CartonIcon } from './BatchSign.tsx';
import styles from './PullNotice.module.css';
import { useScreen } from './screen.ts';
import { unitsToPull } from './units-to-pull.ts';

/** Units that had passed and are rejects now: what to do, and for each its carton and number, big, on every screen. */
export function PullNotice({ code, troubles }: { code: FailureCode; troubles: readonly Failure[] }) {
  const { words, failures } = useScreen().dictionary;
  const { operator, next } = failures[code];
  return (
    <section className={styles.notice} role="alert" aria-label={words.pullUnits}>
      <VerdictSign outcome="FAIL" className={styles.sign} />
      <div className={styles.text}>
        <p>
          <strong className={styles.title}>{words.pullUnits}</strong> <span className={styles.what}>{operator}</span>{' '}
          {next}
        </p>
        <ul className={styles.units}>
          {troubles.map((trouble) => (
            <li key={trouble.detail} className={styles.entry}>
              <ToPull trouble={trouble} />
              {code === 'cloud/rejected-later' && <PulledButton trouble={trouble} />}
            </li>
          ))}
          {code === 'cloud/rejected-later' && (
            <li>
              <a className={styles.all} href={addressOf({ screen: 'runs', search: '', cloud: 'rejected' })}>
                {words.allRejected}
              </a>
            </li>
          )}
        </ul>
      </div>
    </section>
  );
}

/** The unit is in somebody's hands: it need not be named any more. It stays a reject. */
function PulledButton({ trouble }: { trouble: Failure }) {
  const { ask, setNotice, dictionary } = useScreen();
  const [runId] = unitsToPull(trouble)?.runIds ?? [];
  if (runId === undefined) return null;
  const confirm = async (): Promise<void> => {
    const answer = await ask('confirmPulled', { runId });
    if (!answer.ok) setNotice({ failure: answer.failure });
  };
  return (
    <button
      type="button"
      className={styles.pulled}
      aria-label={dictionary.words.pulled}
      title={dictionary.words.pulled}
      onClick={() => void confirm()}
    >
      ✓ <span className={styles.word}>{dictionary.words.pulled}</span>
    </button>
  );
}

function ToPull({ trouble }: { trouble: Failure }) {
  const { words } = useScreen().dictionary;
  const { runIds, unit, batch, carton } = unitsToPull(trouble) ?? { runIds: [] };
  const text = (
    <>
      {carton === undefined ? (
        <span>
          {words.batch} <strong>{batch}</strong>
        </span>
      ) : (
        <span>
          <CartonIcon className={styles.box} /> {words.carton} <strong>{carton}</strong>
        </span>
      )}
      <span>{unit ?? `× ${runIds.length}`}</span>
    </>
  );
  const [runId] = runIds;
  if (runId === undefined || runIds.length > 1) {
    return (
      <span className={styles.unit} title={trouble.detail}>
        {text}
      </span>
    );
  }
  return (
    <a className={styles.unit} href={addressOf({ screen: 'runs', search: '', runId })} title={trouble.detail}>
      {text}
    </a>
  );
}
