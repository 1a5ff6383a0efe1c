import { type Failure, sentences } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';

/** Exit codes scripts on a line depend on: all passed or the check holds; something did not; the command was misused. */
export const EXIT = { good: 0, bad: 1, misuse: 2 } as const;

/** Where results go: one JSON line each with `--json`, else text for people. Diagnostics go to stderr, never between results. */
export type Output = {
  readonly json: boolean;
  readonly result: (value: JsonObject, text: string) => void;
  readonly failed: (failure: Failure) => number;
};

/** A request that makes no sense is, here, a command line; there is no page to reload. */
const MISUSED = { operator: 'The command cannot be carried out so.', next: 'See its --help.' };

/** Output on standard output. */
export function createOutput(json: boolean): Output {
  return {
    json,
    result: (value, text) => console.log(json ? JSON.stringify(value) : text),
    failed: (failure) => {
      const { operator, next } = failure.code === 'request/invalid' ? MISUSED : sentences(failure.code);
      if (json) console.log(JSON.stringify({ ok: false, failure: { ...failure, operator, next } }));
      else console.error(`${operator} ${next}\n  ${failure.detail} [${failure.code}]`);
      return EXIT.bad;
    },
  };
}
