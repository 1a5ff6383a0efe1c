import type { CommandInput } from '../../src-main/contract/contract.ts';
import type { CloudState } from '../../src-main/domain/cloud-work.ts';
import { identifierIn } from '../../src-main/domain/label.ts';
import type { Outcome } from '../../src-main/domain/outcome.ts';

/** What the person has entered; an empty text filters nothing. */
export type RunFilter = {
  readonly text: string;
  readonly day: string;
  readonly batch: string;
  readonly outcome: Outcome | '';
  readonly cloud: CloudState | '';
};

export const EVERY_RUN: RunFilter = { text: '', day: '', batch: '', outcome: '', cloud: '' };

/** The filter as the station takes it. */
export function filterInput({
  text: entered,
  day,
  batch,
  outcome,
  cloud,
}: RunFilter): Omit<CommandInput<'findRuns'>, 'limit'> {
  const text = identifierIn(entered.trim());
  return {
    ...(text === '' ? {} : { text }),
    ...(day === '' ? {} : { day }),
    ...(batch.trim() === '' ? {} : { batch: batch.trim() }),
    ...(outcome === '' ? {} : { outcome }),
    ...(cloud === '' ? {} : { cloud }),
  };
}
