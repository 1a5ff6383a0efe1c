import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { type Answer, type Ended, lineSplitter } from './guest-channel.ts';
import { prepareInitrd } from './initrd.ts';
import { prepareKernel } from './kernel.ts';
import { cacheFolder, qemuProgram, repository } from './lab-availability.ts';

export type LabOptions = {
  /** How long the guest may live in all; then it is killed and every call rejects. Default 15 minutes. */
  readonly deadlineMs?: number;
  /** One processor in deterministic virtual time, about 1 ns per instruction: for figures (usb-lab.md 5). */
  readonly countInstructions?: boolean;
  /** Hardware virtualisation. Off by default: where it is half there, a guest hangs in the boot ROM (usb-lab.md 1). */
  readonly hardwareAcceleration?: boolean;
};

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
  const results = await mkdtemp(path.join(os.tmpdir(), 'linewright-lab-'));
  await mkdir(guestCache, { recursive: true });
  const started = performance.now();
  const qemu = spawn(qemuProgram, qemuArguments(kernel.image, initrd, results, options), {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const connection = connect(qemu, results);
  const deadline = setTimeout(() => connection.end('the guest reached its deadline'), options.deadlineMs ?? 900_000);
  deadline.unref();
  try {
    const hello = await connection.ready(120_000);
    return {
      ...hello,
      bootMs: Math.round(performance.now() - started),
      results,
      run: (command, { timeoutMs = 60_000, environment = {}, folder } = {}) =>
        connection.ask<Ended>(
          { kind: 'run', command, environment, timeoutMs, ...(folder === undefined ? {} : { folder }) },
          timeoutMs + 30_000,
        ),
      call: (module, name, input, timeoutMs = 60_000) =>
        connection.ask({ kind: 'call', module, name, input: input ?? null }, timeoutMs),
      kernelLog: () => kernelLog(results),
      stop: async () => {
        clearTimeout(deadline);
        await connection.end('the guest was stopped');
        await rm(results, { recursive: true, force: true });
      },
    };
  } catch (error) {
    clearTimeout(deadline);
    await connection.end('the guest did not start');
    await rm(results, { recursive: true, force: true });
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

function qemuArguments(image: string, initrd: string, results: string, options: LabOptions): string[] {
  const words = [repository, process.execPath].map((word) => {
    if (/\s/.test(word)) throw new Error(`The guest cannot be told of ${word}: the path holds a space.`);
    return word;
  });
  const accelerator = options.hardwareAcceleration ? ['-accel', 'kvm', '-cpu', 'host'] : ['-cpu', 'max'];
  const time = options.countInstructions
    ? ['-accel', 'tcg,thread=single,tb-size=512', '-icount', 'shift=0,sleep=on', '-smp', '1']
    : ['-smp', '2', ...(options.hardwareAcceleration ? [] : ['-accel', 'tcg,thread=multi,tb-size=512'])];
  const share = (id: string, folder: string, more: string) =>
    ['-fsdev', `local,id=${id},path=${folder},security_model=none,multidevs=remap${more}`].concat([
      '-device',
      `virtio-9p-pci,fsdev=${id},mount_tag=${id}`,
    ]);
  return [
    ...['-no-user-config', '-nodefaults', '-no-reboot', '-display', 'none', '-m', '3G'],
    ...['-machine', 'q35,usb=off,sata=off,hpet=off,smbus=off'],
    ...accelerator,
    ...time,
    ...['-kernel', image, '-initrd', initrd],
    ...[
      '-append',
      `console=ttyS0 loglevel=3 panic=-1 tsc=reliable mitigations=off -- ${secondScript} ${words.join(' ')}`,
    ],
    ...['-serial', `file:${path.join(results, 'console.log')}`],
    ...share('host', '/', ',readonly=on'),
    ...share('results', results, ''),
    ...share('cache', guestCache, ''),
    ...['-device', 'virtio-serial-pci', '-chardev', 'stdio,id=agent,signal=off'],
    ...['-device', 'virtserialport,chardev=agent,name=agent'],
  ];
}

/** V8's compiled code from one guest to the next: compiling is slow under emulation. */
const guestCache = path.join(cacheFolder, 'guest-cache');

const secondScript = path.join(import.meta.dirname, 'guest-start.sh');

type Asked = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };
type Unnumbered = Record<string, unknown>;

/** The agent's end of the line, and the life of QEMU: however it ends, nobody keeps waiting. */
function connect(qemu: ChildProcess, results: string) {
  const open = new Map<number, Asked>();
  let next = 1;
  let over: Error | undefined;
  let errors = '';
  const fail = async (why: string): Promise<void> => {
    if (over) return;
    over = new Error(why);
    over = new Error(`${why}\n${errors}\n${tail(await kernelLog(results))}`);
    for (const { reject } of open.values()) reject(over);
    open.clear();
  };
  const exited = new Promise<void>((resolve) => qemu.once('close', () => resolve()));
  qemu.once('error', (error) => void fail(`QEMU does not start: ${error.message}`));
  qemu.once('close', (status) => void fail(`QEMU ended with status ${status}`));
  qemu.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  qemu.stdin?.on('error', () => undefined);
  const hear = (line: string): void => {
    const answer = JSON.parse(line) as Answer;
    const id = 'ready' in answer ? 0 : answer.id;
    const asked = open.get(id);
    open.delete(id);
    if ('error' in answer) asked?.reject(new Error(`in the guest: ${answer.error}`));
    else asked?.resolve('ready' in answer ? { kernel: answer.kernel, node: answer.node } : answer.value);
  };
  qemu.stdout?.setEncoding('utf8').on('data', lineSplitter(hear));

  const wait = <Value>(id: number, what: string, timeoutMs: number): Promise<Value> =>
    new Promise((resolve, reject) => {
      if (over) return reject(over);
      const timer = setTimeout(async () => {
        open.delete(id);
        reject(new Error(`${what} took longer than ${timeoutMs} ms\n${tail(await kernelLog(results))}`));
      }, timeoutMs);
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        act();
      };
      open.set(id, {
        resolve: (value) => settle(() => resolve(value as Value)),
        reject: (error) => settle(() => reject(error)),
      });
    });
  return {
    ready: (timeoutMs: number) => wait<{ kernel: string; node: string }>(0, 'booting', timeoutMs),
    ask: <Value>(question: Unnumbered, timeoutMs: number): Promise<Value> => {
      const id = next++;
      const answered = wait<Value>(id, JSON.stringify(question).slice(0, 300), timeoutMs);
      qemu.stdin?.write(`${JSON.stringify({ ...question, id })}\n`);
      return answered;
    },
    end: async (why: string): Promise<void> => {
      await fail(why);
      qemu.kill('SIGKILL');
      await exited;
    },
  };
}

async function kernelLog(results: string): Promise<string> {
  const logs = ['console.log', 'kernel.log', 'agent.log']
    .map((name) => path.join(results, name))
    .filter((file) => existsSync(file));
  return (await Promise.all(logs.map((file) => readFile(file, 'utf8')))).join('\n');
}

function tail(text: string): string {
  return text.split('\n').slice(-40).join('\n');
}
