import { randomOf } from '../random.ts';
import { judge } from './judge.ts';
import { mutate } from './mutate.ts';
import { collectSpecimens, type Specimen } from './specimens.ts';
import { openStoreDoor, type StoreDoor } from './store-door.ts';

export type MutationOptions = {
  readonly seed: number;
  readonly count: number;
  /** Sizes of the generated modules as shares of the real ones. */
  readonly scales: readonly number[];
  /** Alone this one of the run. */
  readonly only?: number;
  /** Every so manieth mutant is offered to a firmware store, too, and every specimen; none without. */
  readonly storeEvery?: number;
  readonly onProgress?: (done: number) => void;
};

export type MutationReport = {
  readonly seed: number;
  readonly count: number;
  readonly specimens: number;
  /** Of them, real applications. */
  readonly realImages: number;
  readonly accepted: number;
  /** By gate and code, most frequent first. */
  readonly refused: readonly (readonly [string, number])[];
  readonly defects: readonly {
    readonly turn: number;
    readonly story: string;
    readonly defect: string;
    readonly bytes: Uint8Array;
  }[];
  /** Files, the specimens among them, that were offered to a firmware store, and those it took. */
  readonly store: { readonly offered: number; readonly taken: number } | undefined;
  readonly slowestMs: number;
  readonly seconds: number;
};

/**
 * Makes `count` mutants and judges each. First of all every specimen itself must be accepted through every gate, or a refusal of its
 * mutants would prove nothing: throws Error when one is not.
 */
export async function runMutations(options: MutationOptions): Promise<MutationReport> {
  const started = performance.now();
  const herd = collectSpecimens(options.scales);
  const store = options.storeEvery === undefined ? undefined : openStoreDoor();
  for (const specimen of herd) await expectAccepted(specimen, store);
  const refused = new Map<string, number>();
  const defects: MutationReport['defects'][number][] = [];
  let accepted = 0;
  let slowestMs = 0;
  const turns = options.only === undefined ? countUpTo(options.count) : [options.only];
  for (const turn of turns) {
    const mutant = mutate(randomOf(options.seed, turn), herd);
    const before = performance.now();
    const judgement = await judge(mutant, turn % (options.storeEvery ?? 1) === 0 ? store : undefined);
    slowestMs = Math.max(slowestMs, performance.now() - before);
    if (judgement.kind === 'accepted') accepted += 1;
    if (judgement.kind === 'defect')
      defects.push({ turn, story: mutant.story, defect: judgement.defect, bytes: mutant.bytes });
    if (judgement.kind === 'refused') {
      const key = `${judgement.by}: ${judgement.code}`;
      refused.set(key, (refused.get(key) ?? 0) + 1);
    }
    options.onProgress?.(turn + 1);
  }
  store?.end();
  return {
    seed: options.seed,
    count: options.only === undefined ? options.count : 1,
    specimens: herd.length,
    realImages: herd.filter(({ name }) => name.includes('tinker')).length,
    accepted,
    refused: [...refused].sort(([, one], [, other]) => other - one),
    defects,
    store: store?.counts,
    slowestMs,
    seconds: (performance.now() - started) / 1000,
  };
}

async function expectAccepted(specimen: Specimen, store: StoreDoor | undefined): Promise<void> {
  const offered = await store?.offer(specimen, specimen.bytes);
  if (offered !== undefined && offered !== 'taken')
    throw new Error(`The store does not take ${specimen.name}: ${offered}.`);
  const judgement = await judge({ specimen, bytes: Uint8Array.from(specimen.bytes), story: specimen.name });
  if (judgement.kind === 'accepted') return;
  throw new Error(`The unchanged ${specimen.name} is not accepted: ${JSON.stringify(judgement)}`);
}

function* countUpTo(count: number): Generator<number> {
  for (let turn = 0; turn < count; turn++) yield turn;
}
