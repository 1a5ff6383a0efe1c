import { readFileSync } from 'node:fs';

/** Watches Linux's processors from now until the returned function is called; then tells which share of them was in use, 0 to 1. */
export function processorShare(): () => number {
  const before = ticks();
  return () => {
    const after = ticks();
    const all = after.all - before.all;
    return all === 0 ? 0 : 1 - (after.idle - before.idle) / all;
  };
}

/** First line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal (proc_stat(5)). */
function ticks(): { readonly all: number; readonly idle: number } {
  const numbers = (readFileSync('/proc/stat', 'latin1').split('\n')[0] ?? '')
    .trim()
    .split(/\s+/)
    .slice(1, 9)
    .map(Number);
  const [idle = 0, waiting = 0] = numbers.slice(3, 5);
  return { all: numbers.reduce((sum, number) => sum + number, 0), idle: idle + waiting };
}
