/**
 * What host and guest say to each other over the virtio-serial port: one JSON value per line. Every question is
 * answered once; a guest that has started says `ready` first.
 */
export type Question =
  | {
      readonly id: number;
      readonly kind: 'run';
      /** Program and arguments, never a shell line. */
      readonly command: readonly string[];
      readonly environment: Readonly<Record<string, string>>;
      readonly folder?: string;
      readonly timeoutMs: number;
    }
  | {
      readonly id: number;
      readonly kind: 'call';
      /** Path of a TypeScript module, from the repository's root. */
      readonly module: string;
      readonly name: string;
      readonly input: unknown;
    };

export type Answer =
  | { readonly ready: true; readonly kernel: string; readonly node: string }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

/** How a program in the guest ended. `status` is null when a signal (a deadline's included) ended it. */
export type Ended = {
  readonly status: number | null;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** In the guest's own time. */
  readonly durationMs: number;
};

/** Cuts a stream of text into lines, whatever the pieces it arrives in. */
export function lineSplitter(onLine: (line: string) => void): (piece: string) => void {
  let rest = '';
  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(line);
  };
}
