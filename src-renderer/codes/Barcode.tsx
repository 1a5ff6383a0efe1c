import styles from './Barcode.module.css';
import { barsOf } from './code-128.ts';

/** The light margin a reader needs on either side, in modules (ISO/IEC 15417). */
const QUIET_ZONE = 10;

/** A text as a bar code, black on white at whole modules. */
export function Barcode({ text }: { text: string }) {
  const { bars, width } = barsOf(text);
  return (
    <svg
      className={styles.barcode}
      viewBox={`${-QUIET_ZONE} 0 ${width + 2 * QUIET_ZONE} 40`}
      preserveAspectRatio="none"
      shapeRendering="crispEdges"
      role="img"
      aria-label={text}
    >
      <title>{text}</title>
      <rect x={-QUIET_ZONE} width={width + 2 * QUIET_ZONE} height="40" fill="#fff" />
      {bars.map(([x, wide]) => (
        <rect key={x} x={x} width={wide} height="40" fill="#000" />
      ))}
    </svg>
  );
}
