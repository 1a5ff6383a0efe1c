import os from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Where and under which load a figure was taken; figures without it are worth nothing. */
export type Machine = {
  readonly at: string;
  readonly processors: string;
  readonly system: string;
  readonly node: string;
  /** Processes that wanted a processor, mean of the last minute, before and after. */
  readonly load: { readonly before: number; readonly after: number };
  /** How late this process was served, in ms: the virtual unit lives in it, so its chip is late by as much. */
  readonly lateMs: { readonly mean: number; readonly p99: number };
};

/** Watches this computer from now until the returned function is called. */
export function watchMachine(): () => Machine {
  const at = new Date().toISOString();
  const before = loadNow();
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return () => {
    delay.disable();
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    const [first] = os.cpus();
    return {
      at,
      processors: `${os.availableParallelism()} x ${first?.model.trim() ?? 'unknown'}`,
      system: `${os.type()} ${os.release()} ${os.arch()}`,
      node: process.version,
      load: { before, after: loadNow() },
      lateMs: { mean: late(delay.mean), p99: late(delay.percentile(99)) },
    };
  };
}

const RESOLUTION_MS = 10;

/** Processes that want a processor, mean of the last minute. */
export function loadNow(): number {
  return os.loadavg()[0] ?? 0;
}
