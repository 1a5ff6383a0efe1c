import type { ChildProcess } from 'node:child_process';
import { type Answer, lineSplitter, type Question } from './guest-channel.ts';

/** The host's end of the line to the agent, and the life of QEMU: however it ends, nobody keeps waiting. */
export type GuestConnection = {
  /** Resolves with the agent's first word. */
  ready(timeoutMs: number): Promise<{ readonly kernel: string; readonly node: string }>;
  /** Asks and resolves with the value; rejects with the guest's error, after `timeoutMs`, or when the guest ends. */
  ask<Value>(question: Unnumbered, timeoutMs: number): Promise<Value>;
  /** Kills QEMU and resolves when it is gone; everything still asked rejects with `why`. */
  end(why: string): Promise<void>;
};

/** A question before it has its number. */
export type Unnumbered = Question extends infer Each ? (Each extends Question ? Omit<Each, 'id'> : never) : never;

type Asked = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };

/** The agent's first word answers the question that needs no asking. */
const readyId = 0;

/** Connects to the agent behind QEMU's own standard streams. `explain` gives what to add to every failure. */
export function connectGuest(qemu: ChildProcess, explain: () => Promise<string>): GuestConnection {
  const asked = new Map<number, Asked>();
  let lastId = readyId;
  let isOver = false;
  let over = new Error('');
  let spoken = '';
  const because = async (why: string): Promise<Error> => new Error(`${why}\n${spoken}\n${await explain()}`);
  const giveUp = async (why: string): Promise<void> => {
    if (isOver) return;
    isOver = true;
    over = new Error(why);
    over = await because(why);
    for (const { reject } of asked.values()) reject(over);
    asked.clear();
  };

  const exited = new Promise<void>((resolve) => qemu.once('close', () => resolve()));
  qemu.once('error', (error) => void giveUp(`QEMU does not start: ${error.message}`));
  qemu.once('close', (status) => void giveUp(`QEMU ended with status ${status}`));
  qemu.stderr?.setEncoding('utf8').on('data', (text: string) => {
    spoken = (spoken + text).slice(-4000);
  });
  qemu.stdin?.on('error', () => undefined);
  const hear = (line: string): void => {
    const answer = JSON.parse(line) as Answer;
    const id = 'ready' in answer ? readyId : answer.id;
    const waiting = asked.get(id);
    asked.delete(id);
    if ('error' in answer) waiting?.reject(new Error(`in the guest: ${answer.error}`));
    else waiting?.resolve('ready' in answer ? { kernel: answer.kernel, node: answer.node } : answer.value);
  };
  qemu.stdout?.setEncoding('utf8').on('data', lineSplitter(hear));

  const wait = <Value>(id: number, what: string, timeoutMs: number): Promise<Value> =>
    new Promise((resolve, reject) => {
      if (isOver) return reject(over);
      const timer = setTimeout(async () => {
        asked.delete(id);
        reject(await because(`${what} took longer than ${timeoutMs} ms`));
      }, timeoutMs);
      asked.set(id, {
        resolve: (value) => {
          clearTimeout(timer);
          resolve(value as Value);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
    });

  return {
    ready: (timeoutMs) => wait(readyId, 'booting the guest', timeoutMs),
    ask: (question, timeoutMs) => {
      lastId += 1;
      qemu.stdin?.write(`${JSON.stringify({ ...question, id: lastId })}\n`);
      return wait(lastId, JSON.stringify(question).slice(0, 300), timeoutMs);
    },
    end: async (why) => {
      await giveUp(why);
      qemu.kill('SIGKILL');
      await exited;
    },
  };
}
