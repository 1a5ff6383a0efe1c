import type { RunView } from '../../src-main/domain/snapshot.ts';
import { useScreen } from '../frame/screen.ts';
import { useNow } from '../frame/use-now.ts';
import { AbortButton } from './AbortButton.tsx';
import { FlashProgress } from './FlashProgress.tsx';
import { Instruction } from './Instruction.tsx';
import styles from './SlotWork.module.css';
import { StepList } from './StepList.tsx';
import { presentStep, stepCount } from './slot-phase.ts';
import { stepTitle } from './step-title.ts';

type SlotWorkProps = {
  readonly slot: string;
  readonly run: RunView;
  readonly instruction: string;
  readonly awaitingUnit?: boolean;
};

/** A run going on: the present step on top, its bytes, all steps below, and the way to stop it. */
export function SlotWork({ slot, run, instruction, awaitingUnit = false }: SlotWorkProps) {
  const { snapshot, dictionary } = useScreen();
  const { words } = dictionary;
  const now = useNow(250);
  const present = presentStep(run);
  const { step, steps } = stepCount(run);
  const seconds = Math.max(0, Math.floor((now - Date.parse(run.startedAt)) / 1000));
  return (
    <div className={styles.work}>
      <div className={styles.present}>
        {awaitingUnit ? (
          <Instruction sign="put-in" text={instruction} />
        ) : (
          <>
            <p className={styles.title}>
              {run.isWaitingForTurn === true
                ? words.waitsForTurn
                : present && stepTitle(present.step, dictionary, snapshot)}
            </p>
            {run.progress && <FlashProgress progress={run.progress} />}
            <p className={styles.instruction}>{instruction}</p>
          </>
        )}
        <p className={styles.count}>
          <span>{words.stepOf(step, steps)}</span>
          <span className={styles.seconds}>{seconds} s</span>
          {run.reworkOf !== undefined && <span className={styles.rework}>{words.rework}</span>}
          <span className={styles.label}>{run.label.value}</span>
        </p>
      </div>
      <div className={styles.steps}>
        <StepList run={run} now={now} />
      </div>
      <AbortButton key={run.runId} slot={slot} />
    </div>
  );
}
