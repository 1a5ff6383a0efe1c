import type { Snapshot } from '../../src-main/domain/snapshot.ts';
import type { StepId } from '../../src-main/domain/step-id.ts';
import type { Dictionary } from '../i18n/dictionary.ts';

/** The title of a step in the language of the screen; of a step the dictionaries do not know, the station's own. */
export function stepTitle(step: string, { steps }: Dictionary, snapshot: Snapshot): string {
  if (Object.hasOwn(steps, step)) return steps[step as StepId];
  return snapshot.station.procedure.find(({ id }) => id === step)?.title ?? step;
}
