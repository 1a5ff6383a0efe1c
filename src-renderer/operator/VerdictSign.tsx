import type { Outcome } from '../../src-main/domain/outcome.ts';

/** The shape of a verdict, for those who do not see its colour: check, cross, triangle, square. Drawn in the colour of the text. */
export function VerdictSign({ outcome, className }: { outcome: Outcome; className: string | undefined }) {
  return (
    <svg className={className} viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="4">
      {SHAPES[outcome]}
    </svg>
  );
}

const SHAPES = {
  PASS: <path d="m2.5 12.5 6.5 6.5L21.5 5.5" />,
  FAIL: <path d="M4 4l16 16M20 4 4 20" />,
  ERROR: (
    <>
      <path d="M12 2.5 22.5 21h-21z" strokeWidth="2.6" strokeLinejoin="round" />
      <path d="M12 9v5.5m0 1.5v2.5" strokeWidth="2.4" />
    </>
  ),
  ABORTED: <path d="M5 5h14v14H5z" fill="currentColor" />,
} as const satisfies Record<Outcome, unknown>;
