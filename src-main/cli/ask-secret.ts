import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { StationError } from '../domain/failure.ts';

/** Where a password, a code and a yes come from: a person at the terminal, or the lines of standard input. */
export type Questions = {
  /** Whether a person can be asked. */
  readonly isTerminal: boolean;
  /** The answer, which never shows on the terminal. Rejects with `run/aborted` when it was called off, `request/invalid` at the end of the input. */
  secret(question: string): Promise<string>;
  /** Whether the person said yes. Only asked at a terminal. */
  confirm(question: string): Promise<boolean>;
  close(): void;
};

/**
 * Asks on a terminal without echo, or reads one line per answer when the input is none, so that a password never stands on a command line
 * or in the environment, where every process of this machine could see it.
 */
export function createQuestions(
  input: NodeJS.ReadStream | NodeJS.ReadableStream = process.stdin,
  prompt: NodeJS.WritableStream = process.stderr,
): Questions {
  const isTerminal = 'isTTY' in input && input.isTTY === true;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  let reader: Interface | undefined;
  let lines: AsyncIterator<string> | undefined;

  const nextLine = async (): Promise<string> => {
    reader ??= createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    lines ??= reader[Symbol.asyncIterator]();
    const { done, value } = await lines.next();
    if (done !== true) return value;
    throw new StationError('request/invalid', 'Standard input ended before all that is needed was read from it.');
  };
  const askTerminal = (question: string, output: NodeJS.WritableStream): Promise<string> =>
    new Promise((resolve, reject) => {
      const asking = createInterface({ input, output, terminal: true, historySize: 0 });
      prompt.write(question);
      asking.once('line', (line) => {
        prompt.write('\n');
        resolve(line);
        asking.close();
      });
      asking.once('close', () => reject(new StationError('run/aborted', 'The question was called off.')));
    });

  return {
    isTerminal,
    secret: (question) => (isTerminal ? askTerminal(question, silent) : nextLine()),
    confirm: async (question) => {
      if (!isTerminal) return false;
      return /^y(es)?$/i.test((await askTerminal(`${question} Type yes to go on: `, silent)).trim());
    },
    close: () => reader?.close(),
  };
}
