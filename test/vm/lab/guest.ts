import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Ended } from './guest-channel.ts';
import { connectGuest } from './guest-connection.ts';
import { prepareInitrd } from './initrd.ts';
import { prepareKernel } from './kernel.ts';
import { cacheFolder, guestCache, qemuProgram } from './lab-availability.ts';
import { type LabOptions, qemuArguments } from './qemu.ts';

/** A running guest: this computer's own files, another kernel, a USB bus of its own. */
export type Guest = {
  readonly kernel: string;
  readonly node: string;
  /** From the start of QEMU to the agent's first word. */
  readonly bootMs: number;
  /** A writable folder of the host; the guest sees it as `/lab/results`. */
  readonly results: string;
  /** Runs a program in the guest to its end. A deadline (default 60 s) kills it and says so in the result. */
  run(command: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Calls an exported function of a module (path from the repository's root) inside the guest's long-lived agent. */
  call<Value>(module: string, name: string, input?: unknown, timeoutMs?: number): Promise<Value>;
  /** The guest's kernel log so far. */
  kernelLog(): Promise<string>;
  /** Ends the guest and removes its folder. */
  stop(): Promise<void>;
};

export type RunOptions = {
  readonly timeoutMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
};

/**
 * Starts the virtual machine of usb-lab.md 1 and resolves when its agent answers. Rejects, with the end of the kernel
 * log, when that takes longer than two minutes.
 */
export async function bootLab(options: LabOptions = {}): Promise<Guest> {
  const kernel = await prepareKernel(cacheFolder);
  const initrd = await prepareInitrd(cacheFolder, kernel);
  await mkdir(guestCache, { recursive: true });
  const results = await mkdtemp(path.join(os.tmpdir(), 'linewright-lab-'));
  const started = performance.now();
  const qemu = spawn(qemuProgram, qemuArguments(kernel.image, initrd, results, options), {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const connection = connectGuest(qemu, async () => tail(await kernelLog(results)));
  const deadline = setTimeout(() => connection.end('the guest reached its deadline'), options.deadlineMs ?? 900_000);
  const stop = async (why: string): Promise<void> => {
    clearTimeout(deadline);
    await connection.end(why);
    await rm(results, { recursive: true, force: true });
  };
  try {
    const hello = await connection.ready(120_000);
    for (const [index, { folder }] of (options.images ?? []).entries()) {
      const device = `/dev/vd${String.fromCharCode(97 + index)}`;
      const command = ['busybox', 'mount', '-t', 'ext4', '-o', 'ro', device, folder];
      const question = { kind: 'run', command, environment: {}, timeoutMs: 30_000 } as const;
      const { status, stderr } = await connection.ask<Ended>(question, 60_000);
      if (status !== 0) throw new Error(`${folder} could not be mounted in the guest: ${stderr}`);
    }
    return {
      ...hello,
      bootMs: Math.round(performance.now() - started),
      results,
      run: (command, { timeoutMs = 60_000, environment = {}, folder } = {}) => {
        const question = { kind: 'run', command, environment, timeoutMs } as const;
        // The guest's own deadline comes first: it can still say what the program printed.
        return connection.ask(folder === undefined ? question : { ...question, folder }, timeoutMs + 30_000);
      },
      call: (module, name, input, timeoutMs = 60_000) =>
        connection.ask({ kind: 'call', module, name, input: input ?? null }, timeoutMs),
      kernelLog: () => kernelLog(results),
      stop: () => stop('the guest was stopped'),
    };
  } catch (error) {
    await stop('the guest did not start');
    throw error;
  }
}

/** Boots, runs one program, stops: for measurements that want a fresh guest. */
export async function runInGuest(command: readonly string[], options: LabOptions & RunOptions = {}): Promise<Ended> {
  const guest = await bootLab(options);
  try {
    return await guest.run(command, options);
  } finally {
    await guest.stop();
  }
}

/** What the kernel said on its console, in its log, and the agent on its error stream. */
async function kernelLog(results: string): Promise<string> {
  const files = ['console.log', 'kernel.log', 'agent.log'].map((name) => path.join(results, name));
  const texts = await Promise.all(files.filter((file) => existsSync(file)).map((file) => readFile(file, 'utf8')));
  return texts.join('\n');
}

function tail(text: string): string {
  return text.split('\n').slice(-40).join('\n');
}
