import type { CloudSignKind } from './cloud-sign.ts';

/** A cloud with what goes on in it: check, arrow up, cross, or, while it is held, an exclamation mark. Drawn in the colour of the text. */
export function CloudIcon({ kind, className }: { kind: CloudSignKind['kind']; className: string | undefined }) {
  return (
    <svg
      className={className}
      viewBox="0 0 32 24"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.2"
    >
      <path d="M9 22.5a6.5 6.5 0 0 1-.9-12.9A8.5 8.5 0 0 1 24.4 8.4 7 7 0 0 1 24 22.5z" strokeLinejoin="round" />
      {SHAPES[kind]}
    </svg>
  );
}

const SHAPES = {
  'up-to-date': <path d="m11.5 15.5 3.2 3.2 6-7" />,
  open: <path d="M16 19.5v-9m-4 4 4-4 4 4" />,
  held: <path d="M16 8.5v6.5m0 2v2.6" strokeWidth="2.8" />,
  rejected: <path d="m12.5 11.5 7 7m0-7-7 7" />,
} as const satisfies Record<CloudSignKind['kind'], unknown>;
