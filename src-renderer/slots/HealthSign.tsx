import type { SlotHealth } from '../../src-main/domain/slot-health.ts';
import { useScreen } from '../frame/screen.ts';
import styles from './HealthSign.module.css';

/** How a slot does, in shape, word and colour. */
export function HealthSign({ verdict }: { verdict: SlotHealth['verdict'] }) {
  const { words } = useScreen().dictionary;
  return (
    <span className={styles.sign} data-health={verdict}>
      <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="3.5">
        {SHAPES[verdict]}
      </svg>
      {words.healthVerdicts[verdict]}
    </span>
  );
}

/** Ring, check, raised flag, cross: none of them is the sign of a unit's verdict in its colour. */
const SHAPES = {
  unknown: <circle cx="12" cy="12" r="8" strokeDasharray="4 4" />,
  good: <path d="m4 13 5 5L20 6" />,
  watch: <path d="M6 22V3h13l-4 5 4 5H6" strokeLinejoin="round" />,
  bad: <path d="M5 5l14 14M19 5 5 19" />,
} as const satisfies Record<SlotHealth['verdict'], unknown>;
