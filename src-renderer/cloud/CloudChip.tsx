import type { CloudState } from '../../src-main/domain/cloud-work.ts';
import { useScreen } from '../frame/screen.ts';
import styles from './CloudChip.module.css';

/** How far the cloud is with a unit: sign and words, small. The sign fills up on the way; a rejected unit has a cross. */
export function CloudChip({ state, isOverdue = false }: { state: CloudState; isOverdue?: boolean }) {
  const { words } = useScreen().dictionary;
  return (
    <span className={styles.chip} data-cloud-state={state}>
      <svg className={styles.sign} viewBox="0 0 24 24" aria-hidden="true">
        {SHAPES[state]}
      </svg>
      {words.cloudStates[state]}
      {isOverdue && (
        <strong className={styles.overdue}>
          <span aria-hidden="true">⚠</span> {words.simOverdue}
        </strong>
      )}
    </span>
  );
}

const RING = <circle cx="12" cy="12" r="9.5" fill="none" stroke="currentColor" strokeWidth="3" />;

const SHAPES = {
  built: RING,
  'in-product': (
    <>
      {RING}
      <path d="M12 2.5a9.5 9.5 0 0 1 0 19z" fill="currentColor" />
    </>
  ),
  'sim-pending': (
    <>
      {RING}
      <path d="M12 12V2.5a9.5 9.5 0 1 1-9.5 9.5z" fill="currentColor" />
    </>
  ),
  'sim-active': (
    <>
      <circle cx="12" cy="12" r="11" fill="currentColor" />
      <path d="m6.5 12.5 4 4 7-8.5" fill="none" stroke="#fff" strokeWidth="3" />
    </>
  ),
  rejected: <path d="M4 4l16 16M20 4 4 20" fill="none" stroke="currentColor" strokeWidth="5" />,
} as const satisfies Record<CloudState, unknown>;
