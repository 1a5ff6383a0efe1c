import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, openSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { type Answer, type Ended, lineSplitter, type Question } from './guest-channel.ts';

// Runs inside the guest for its whole life: starting Node anew for every step costs seconds there (usb-lab.md 1).
// The port may be opened once only, hence one descriptor for both directions.
const channel = openSync(process.argv[2] ?? '', 'r+');
const output = createWriteStream('', { fd: channel });
const say = (answer: Answer): void => void output.write(`${JSON.stringify(answer)}\n`);

const input = createReadStream('', { fd: channel, encoding: 'utf8', highWaterMark: 4096 });
input.on('data', lineSplitter((line) => void answer(JSON.parse(line) as Question)) as (piece: string | Buffer) => void);
// The host is gone: nobody is left to stop this machine. The start script powers it off.
input.on('end', () => process.exit());
process.on('uncaughtException', (error) => console.error('uncaught in the guest agent', error));
process.on('unhandledRejection', (error) => console.error('unhandled in the guest agent', error));
say({ ready: true, kernel: os.release(), node: process.version });

async function answer(question: Question): Promise<void> {
  try {
    const value = question.kind === 'run' ? await runProgram(question) : await callModule(question);
    say({ id: question.id, value: value ?? null });
  } catch (error) {
    say({ id: question.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

async function callModule({ module, name, input }: Extract<Question, { kind: 'call' }>): Promise<unknown> {
  const loaded = (await import(pathToFileURL(path.resolve(module)).href)) as Record<string, unknown>;
  const called = loaded[name];
  if (typeof called !== 'function') throw new Error(`${module} exports no function ${name}`);
  return called(input);
}

/** More than this from one program is cut: nothing a test looks at is that long. */
const outputLimit = 2 << 20;

function runProgram(question: Extract<Question, { kind: 'run' }>): Promise<Ended> {
  const { command, environment, folder, timeoutMs } = question;
  const started = performance.now();
  return new Promise((resolve, reject) => {
    // On the first processor, as one: guest-start.sh says why.
    const child = spawn('busybox', ['taskset', '1', ...command], {
      cwd: folder ?? process.cwd(),
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that a deadline ends what the program started as well.
      detached: true,
    });
    let timedOut = false;
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (piece: string) => {
        text[name] = (text[name] + piece).slice(0, outputLimit);
      });
    }
    const deadline = setTimeout(() => {
      timedOut = true;
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    }, timeoutMs);
    child.on('error', (error) => {
      clearTimeout(deadline);
      reject(error);
    });
    child.on('close', (status) => {
      clearTimeout(deadline);
      resolve({ status, timedOut, ...text, durationMs: Math.round(performance.now() - started) });
    });
  });
}
