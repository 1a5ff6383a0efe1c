import styles from './BatchSign.module.css';
import { useScreen } from './screen.ts';

/** The open batch and, where the line counts cartons, the one that passed units go into. */
export function BatchSign() {
  const { snapshot, dictionary } = useScreen();
  const { words } = dictionary;
  const { batch, carton } = snapshot.station;
  return (
    <div className={styles.sign}>
      <p className={styles.line}>
        <span className={styles.quiet}>{words.batch}</span> <strong>{batch}</strong>
      </p>
      {carton !== undefined && (
        <p className={styles.line} data-carton={carton}>
          <CartonIcon className={styles.icon} /> <span className={styles.quiet}>{words.carton}</span>{' '}
          <strong>{carton}</strong>
        </p>
      )}
    </div>
  );
}

/** A box, for those who do not read the word. Drawn in the colour of the text. */
export function CartonIcon({ className }: { className: string | undefined }) {
  return (
    <svg
      className={className}
      viewBox="0 0 24 24"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.4"
    >
      <path d="M3 8.5V21h18V8.5L17.5 3h-11zM3 8.5h18M9.5 8.5v5h5v-5" strokeLinejoin="round" />
    </svg>
  );
}
