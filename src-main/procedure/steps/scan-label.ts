import { toRecordedLabel } from '../../domain/label.ts';
import type { Step } from '../procedure.ts';

/** The label was read and understood at the door of the station; this step puts what it says on record. */
export const scanLabel: Step<never, 'label'> = {
  id: 'scan-label',
  title: 'Scan label',
  needs: [],
  gives: ['label'],
  timeoutMs: 1000,
  run: async (_facts, { label }) => ({
    ok: true,
    facts: { label },
    learnt: { label: toRecordedLabel(label) },
    ...(label.warnings.length === 0 ? {} : { evidence: { warnings: label.warnings } }),
  }),
};
