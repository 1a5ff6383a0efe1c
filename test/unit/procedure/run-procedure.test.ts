import { afterEach, describe, expect, it, vi } from 'vitest';
import { failure, StationError } from '../../../src-main/domain/failure.ts';
import type { FailureCode } from '../../../src-main/domain/failure-codes.ts';
import type { StepRecord } from '../../../src-main/domain/run-record.ts';
import type { AnyStep, Procedure, StepContext } from '../../../src-main/procedure/procedure.ts';
import { type RunOptions, runProcedure } from '../../../src-main/procedure/run-procedure.ts';

const VERDICT_FACTS = { agreement: 1, proof: 1, sim: 1, membership: 1, simState: 1 };

function step(id: string, change: Partial<AnyStep> = {}): AnyStep {
  return {
    id: id as AnyStep['id'],
    title: id,
    needs: [],
    gives: [],
    timeoutMs: 60_000,
    run: async () => ({ ok: true, facts: {}, learnt: {} }),
    ...change,
  };
}

const giveVerdict = step('give-verdict', { run: async () => ({ ok: true, facts: VERDICT_FACTS, learnt: {} }) });

function failing(id: string, code: FailureCode, change: Partial<AnyStep> = {}): AnyStep {
  return step(id, { run: async () => ({ ok: false, failure: failure(code, 'why') }), ...change });
}

async function run(steps: readonly AnyStep[], change: Partial<RunOptions> = {}) {
  const records: StepRecord[] = [];
  const lost = new AbortController();
  const stop = new AbortController();
  const context = { presence: { lost: lost.signal } } as unknown as StepContext;
  const procedure: Procedure = {
    id: 'test',
    version: 1,
    steps,
    verdictNeeds: ['agreement', 'proof', 'sim', 'membership', 'simState'],
  };
  const verdict = runProcedure(procedure, {
    context,
    stop: stop.signal,
    speed: 1,
    patience: 1,
    now: () => new Date(0),
    onStep: () => undefined,
    onRecord: (record) => records.push(record),
    ...change,
  });
  return {
    verdict,
    records,
    lost,
    stop,
    brief: () => records.map(({ step: id, attempt, verdict: seen }) => `${id} ${attempt} ${seen}`),
  };
}

afterEach(() => vi.useRealTimers());

describe('a run', () => {
  it('passes when every step passed and every fact of the verdict is there', async () => {
    const { verdict, brief } = await run([step('one'), giveVerdict]);
    expect((await verdict).outcome).toBe('PASS');
    expect(brief()).toEqual(['one 1 PASS', 'give-verdict 1 PASS', 'teardown 1 PASS']);
  });

  it('is an ERROR when there is no step at all', async () => {
    expect(await (await run([])).verdict).toMatchObject({ outcome: 'ERROR', failure: { code: 'run/incomplete' } });
  });

  it('is an ERROR when all steps passed and a fact of the verdict is missing', async () => {
    const { verdict } = await run([step('one')]);
    expect(await verdict).toMatchObject({ outcome: 'ERROR', failure: { code: 'run/incomplete' } });
  });

  it('is an ERROR when a step claims to have passed without giving what it declared', async () => {
    const { verdict } = await run([step('liar', { gives: ['proof'] }), giveVerdict]);
    expect(await verdict).toMatchObject({ outcome: 'ERROR', failure: { code: 'run/incomplete' } });
  });

  it('stops at the first step that does not pass, and the code of the table decides the outcome', async () => {
    const { verdict, brief } = await run([failing('bad', 'sim/none'), giveVerdict]);
    expect(await verdict).toMatchObject({ outcome: 'FAIL', failure: { code: 'sim/none' } });
    expect(brief()).toEqual(['bad 1 FAIL', 'teardown 1 PASS']);
  });

  it('is an ERROR of the station when a step throws something nobody expected', async () => {
    const { verdict } = await run([
      step('broken', {
        run: async () => {
          throw new TypeError('x is not a function');
        },
      }),
    ]);
    expect(await verdict).toMatchObject({ outcome: 'ERROR', failure: { code: 'run/bug' } });
  });

  it('tries a step again only for the failures it names, and records every try', async () => {
    let tries = 0;
    const flaky = step('flaky', {
      attempts: 3,
      retryOn: ['unit/no-answer'],
      run: async () => {
        tries += 1;
        if (tries < 3) return { ok: false, failure: failure('unit/no-answer', 'silent') };
        return { ok: true, facts: {}, learnt: {} };
      },
    });
    const first = await run([flaky, giveVerdict]);
    expect((await first.verdict).outcome).toBe('PASS');
    expect(first.brief().slice(0, 3)).toEqual(['flaky 1 FAIL', 'flaky 2 FAIL', 'flaky 3 PASS']);
    const second = await run([failing('bad', 'sim/none', { attempts: 3, retryOn: ['unit/no-answer'] })]);
    await second.verdict;
    expect(second.brief()).toEqual(['bad 1 FAIL', 'teardown 1 PASS']);
  });

  it('is ABORTED by the operator, whatever the step still answered', async () => {
    const stop = new AbortController();
    const slow = step('slow', {
      run: async () => {
        stop.abort(new StationError('run/aborted', 'stopped'));
        return { ok: true, facts: {}, learnt: {} };
      },
    });
    const { verdict, brief } = await run([slow, giveVerdict], { stop: stop.signal });
    expect(await verdict).toMatchObject({ outcome: 'ABORTED', failure: { code: 'run/aborted' } });
    expect(brief()).toEqual(['slow 1 ABORTED', 'teardown 1 PASS']);
  });

  it('is ABORTED by the operator, though the step finds fault with the unit in the same moment, and keeps its evidence', async () => {
    const stop = new AbortController();
    const slow = step('slow', {
      run: async () => {
        stop.abort(new StationError('run/aborted', 'stopped'));
        return { ok: false, failure: failure('sim/none', 'why'), evidence: { reads: 4 } };
      },
    });
    const { verdict, records } = await run([slow, giveVerdict], { stop: stop.signal });
    expect(await verdict).toMatchObject({ outcome: 'ABORTED', failure: { code: 'run/aborted' } });
    expect(records[0]).toMatchObject({ verdict: 'ABORTED', evidence: { reads: 4 } });
  });

  it('is an ERROR when the unit is lost in the middle of a step', async () => {
    const { verdict, lost } = await run([
      step('long', {
        run: (_facts, { signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('anything')))),
      }),
    ]);
    lost.abort(new StationError('unit/unplugged', 'gone'));
    expect(await verdict).toMatchObject({ outcome: 'ERROR', failure: { code: 'unit/unplugged' } });
  });

  it('ends a step that ignores its time-out, with the code the step gives to silence', async () => {
    vi.useFakeTimers();
    const deaf = step('deaf', {
      timeoutMs: 1000,
      silenceIs: 'unit/no-answer',
      run: () => new Promise(() => undefined),
    });
    const { verdict } = await run([deaf]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await verdict).toMatchObject({ outcome: 'FAIL', failure: { code: 'unit/no-answer' } });
  });

  it('tears down every started step, newest first, after a failure too, and records it', async () => {
    const undone: string[] = [];
    const undoing = (id: string) =>
      step(id, {
        teardown: async () => {
          undone.push(id);
          return { undone: id };
        },
      });
    const { verdict, records } = await run([
      undoing('one'),
      undoing('two'),
      failing('bad', 'sim/none'),
      undoing('never'),
    ]);
    expect((await verdict).outcome).toBe('FAIL');
    expect(undone).toEqual(['two', 'one']);
    expect(records.at(-1)).toMatchObject({ step: 'teardown', learnt: { one: { undone: 'one' } } });
  });

  it('does not get better by a teardown, nor does a teardown that throws stop the others', async () => {
    const undone: string[] = [];
    const { verdict, records } = await run([
      step('one', {
        teardown: async () => {
          undone.push('one');
          return undefined;
        },
      }),
      failing('bad', 'sim/none', {
        teardown: async () => {
          throw new Error('unit is dead');
        },
      }),
    ]);
    expect((await verdict).outcome).toBe('FAIL');
    expect(undone).toEqual(['one']);
    expect(records.at(-1)?.learnt).toMatchObject({ bad: { notDone: 'Error: unit is dead' } });
  });

  it('is an ERROR as soon as a step cannot be written down', async () => {
    const seen: string[] = [];
    const { verdict } = await run([step('one'), step('two'), giveVerdict], {
      onRecord: (record) => {
        seen.push(record.step);
        if (record.step === 'two') throw new StationError('audit/write-failed', 'disk full');
      },
    });
    expect(await verdict).toMatchObject({ outcome: 'ERROR', failure: { code: 'audit/write-failed' } });
    expect(seen).toEqual(['one', 'two', 'teardown']);
  });

  it.each([
    { afterwards: 300, outcome: 'PASS' },
    { afterwards: 600, outcome: 'FAIL' },
  ])(
    'does not count the wait for a turn to flash against a step, but what comes before and after it ($afterwards ms: $outcome)',
    async ({ afterwards, outcome }) => {
      vi.useFakeTimers();
      const turn = Promise.withResolvers<() => void>();
      const patient = step('flash', {
        timeoutMs: 1000,
        silenceIs: 'flash/stalled',
        run: async (_facts, context) => {
          await context.sleep(600);
          await context.flashTurn(context.signal);
          await context.sleep(afterwards);
          return { ok: true, facts: {}, learnt: {} };
        },
      });
      const lost = new AbortController();
      const context = { presence: { lost: lost.signal }, flashTurn: () => turn.promise } as unknown as StepContext;
      const { verdict } = await run([patient, giveVerdict], { context });
      await vi.advanceTimersByTimeAsync(3_600_000);
      turn.resolve(() => undefined);
      await vi.advanceTimersByTimeAsync(700);
      expect(await verdict).toMatchObject({ outcome });
    },
  );
});
