import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';

/** A program's command line without what changes from run to run. */
export type Tool = {
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** Runs a tool to its end and tells how long that took, in ms, its start included; throws with its last words unless it exits with 0. */
export async function runTool({ command, args = [], env = {} }: Tool, more: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(command, [...args, ...more], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('latin1').on('data', (text: string) => {
      said = (said + text).slice(-1000);
    });
  }
  const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  try {
    const [status] = await once(child, 'close');
    if (status !== 0) throw new Error(`${command} ${more.join(' ')} ended with ${status}: ${said}`);
  } finally {
    clearTimeout(deadline);
  }
  return performance.now() - startedAt;
}

const DEADLINE_MS = 300_000;
