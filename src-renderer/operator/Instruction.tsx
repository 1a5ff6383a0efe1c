import styles from './Instruction.module.css';

/** The one thing to do now, with its picture. */
export function Instruction({ sign, text, next }: { sign: 'scan' | 'put-in'; text: string; next?: string }) {
  return (
    <div className={styles.instruction}>
      <svg
        className={styles.sign}
        viewBox="0 0 48 48"
        aria-hidden="true"
        fill="none"
        stroke="currentColor"
        strokeWidth="3"
      >
        {sign === 'scan' ? <ScanSign /> : <PutInSign />}
      </svg>
      <p className={styles.text}>{text}</p>
      {next !== undefined && <p className={styles.next}>{next}</p>}
    </div>
  );
}

function ScanSign() {
  return (
    <>
      <path d="M4 14V5h9M35 5h9v9M44 34v9h-9M13 43H4v-9" />
      <path d="M12 14v20M18 14v20M23 14v20M30 14v20M36 14v20" strokeWidth="2.5" />
      <path d="M2 24h44" stroke="#c3161c" />
    </>
  );
}

function PutInSign() {
  return (
    <>
      <path d="M6 26v16h36V26" />
      <path d="M24 4v26m-9-9 9 9 9-9" />
    </>
  );
}
