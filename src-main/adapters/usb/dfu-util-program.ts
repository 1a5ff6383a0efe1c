import { execa } from 'execa';
import { StationError } from '../../domain/failure.ts';
import type { DfuUtilRunner } from '../../ports/flasher.ts';
import { programEnvironment } from './program-environment.ts';

/** How to start dfu-util: the program, arguments that come before ours, and additions to the little environment it gets. */
export type DfuUtilCommand = {
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** One run of dfu-util, over. */
export type DfuUtilRun = {
  readonly end: 'exited' | 'killed' | 'aborted' | 'stalled';
  /** Undefined unless it exited by itself. */
  readonly exitCode: number | undefined;
  readonly durationMs: number;
  /** What it printed on both channels, in order, bars collapsed to their last state, the last lines only. */
  readonly transcript: readonly string[];
  /** The error channel and the line that says why, in one line, for the engineer. */
  readonly trouble: string;
};

/** Runs dfu-util as a process: itself, and all it started, are asked to end on abort, and killed if they do not. */
export function spawnDfuUtil(command: DfuUtilCommand): DfuUtilRunner {
  return async (args, { signal, onText }) => {
    const running = execa(command.command, [...(command.args ?? []), ...args], {
      env: { ...programEnvironment(process.env), LC_ALL: 'C', ...command.env },
      extendEnv: false,
      cancelSignal: signal,
      forceKillAfterDelay: GRACE_MS,
      // The program may be a script around dfu-util: what it started ends with it.
      killDescendants: true,
      stdin: 'ignore',
      buffer: false,
      reject: false,
      windowsHide: true,
    });
    for (const [channel, stream] of [['out', running.stdout] as const, ['err', running.stderr] as const]) {
      stream.setEncoding('latin1');
      stream.on('data', (text: string) => onText(channel, text));
      stream.on('error', () => undefined);
    }
    const result = await running;
    if (result.code === 'ENOENT' || result.code === 'EACCES' || result.code === 'ENOTDIR') {
      throw new StationError('flash/tool-missing', `${command.command} cannot be started: ${result.code}.`);
    }
    const trouble = result.originalMessage;
    return {
      exitCode: result.isCanceled ? undefined : result.exitCode,
      ...(trouble === undefined || trouble === '' ? {} : { trouble }),
    };
  };
}

/**
 * One run of dfu-util to its end. Rejects only with `flash/tool-missing`, when it cannot be started. On abort and when nothing new was
 * printed for `stallMs` it is ended; it is gone before this returns.
 */
export async function runDfuUtil(
  run: DfuUtilRunner,
  args: readonly string[],
  options: { readonly signal: AbortSignal; readonly stallMs: number; readonly onLine?: (line: string) => void },
): Promise<DfuUtilRun> {
  const startedAt = performance.now();
  const stalled = new AbortController();
  let watchdog = setTimeout(() => stalled.abort(), options.stallMs);
  const transcript = createTranscript();
  const onLine = (line: string): void => {
    // The same bar drawn again is not progress.
    if (!transcript.add(line)) return;
    clearTimeout(watchdog);
    watchdog = setTimeout(() => stalled.abort(), options.stallMs);
    options.onLine?.(line);
  };
  const out = createLineReader(onLine);
  const err = createLineReader((line) => {
    transcript.addTrouble(line);
    onLine(line);
  });
  try {
    const { exitCode, trouble } = await run(args, {
      signal: AbortSignal.any([options.signal, stalled.signal]),
      onText: (channel, text) => (channel === 'out' ? out : err).push(text),
    });
    out.end();
    err.end();
    const lines = transcript.lines();
    return {
      end: endOf(exitCode, options.signal, stalled.signal),
      exitCode,
      durationMs: Math.round(performance.now() - startedAt),
      transcript: lines,
      trouble: transcript.trouble() || lines.at(-1) || trouble || 'it printed nothing',
    };
  } finally {
    clearTimeout(watchdog);
  }
}

/** How long the program gets between being asked to end and being killed. */
const GRACE_MS = 1_500;
const MAX_LINES = 60;
const MAX_LINE = 400;

function endOf(exitCode: number | undefined, signal: AbortSignal, stalled: AbortSignal): DfuUtilRun['end'] {
  if (exitCode !== undefined) return 'exited';
  if (signal.aborted) return 'aborted';
  return stalled.aborted ? 'stalled' : 'killed';
}

/** dfu-util draws its bars with CR alone, so lines end at either (device-usb.md 7.2). A line without an end is capped. */
function createLineReader(onLine: (line: string) => void): { push(text: string): void; end(): void } {
  let rest = '';
  return {
    push(text) {
      const parts = (rest + text).split(/\r|\n/);
      rest = (parts.pop() ?? '').slice(0, MAX_LINE);
      for (const part of parts) if (part.trim() !== '') onLine(printable(part));
      // A bar is drawn with a CR before it, not after it: take it as soon as it is whole.
      if (/\d+ bytes$/.test(rest)) {
        onLine(printable(rest));
        rest = '';
      }
    },
    end() {
      if (rest.trim() !== '') onLine(printable(rest));
    },
  };
}

function printable(line: string): string {
  return line.replace(/[^\t\x20-\x7e]/g, '\uFFFD').slice(0, MAX_LINE);
}

function createTranscript(): {
  add(line: string): boolean;
  addTrouble(line: string): void;
  lines(): readonly string[];
  trouble(): string;
} {
  const lines: string[] = [];
  const troubles: string[] = [];
  const barName = (line: string | undefined): string | undefined => /^(\w+) *\t\[/.exec(line ?? '')?.[1];
  return {
    add(line) {
      const last = lines.at(-1);
      if (line === last) return false;
      const name = barName(line);
      if (name !== undefined && name === barName(last)) lines[lines.length - 1] = line;
      else lines.push(line);
      if (lines.length > MAX_LINES) lines.shift();
      return true;
    },
    addTrouble(line) {
      // Printed with every Particle binary, and harmless (device-usb.md 7.2).
      if (/DFU suffix/i.test(line)) return;
      if (troubles.length < MAX_LINES) troubles.push(line);
    },
    lines: () => [...lines],
    trouble: () => troubles.join(' / ').slice(0, MAX_LINE),
  };
}
