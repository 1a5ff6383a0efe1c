import { useState } from 'react';
import type { CommandInput } from '../../src-main/contract/contract.ts';
import type { VirtualUnitView } from '../../src-main/domain/snapshot.ts';
import { useScreen } from '../frame/screen.ts';
import type { RehearsalFault } from '../i18n/dictionary.ts';
import styles from './RehearsalStrip.module.css';

type BenchAction = CommandInput<'bench'>['action'];

const NO_FAULT = 'none';

/**
 * On a virtual line only: the hands of the operator. Plug the slot's virtual unit in, scan its label, fetch a new unit, and
 * choose what goes wrong with it the next time it is plugged in.
 */
export function RehearsalStrip({ unit }: { unit: VirtualUnitView }) {
  const { snapshot, ask, dictionary, setNotice } = useScreen();
  const [chosen, setChosen] = useState<string>();
  const { words, faults } = dictionary;
  const act = async (action: BenchAction): Promise<void> => {
    setNotice(undefined);
    const fault = action === 'plug' && chosen !== undefined ? { fault: chosen } : {};
    const answer = await ask('bench', { slot: unit.slot, action, ...fault });
    if (!answer.ok && action !== 'scan') setNotice({ failure: answer.failure });
  };
  const own = unit.fault === '' ? NO_FAULT : unit.fault;
  const shown = unit.plugged ? own : (chosen ?? own);
  const choices = [...new Set([NO_FAULT, ...(snapshot.benchFaults ?? Object.keys(faults)), shown])];
  return (
    <fieldset className={styles.strip} aria-label={words.rehearsal}>
      <button type="button" className={styles.main} onClick={() => act(unit.plugged ? 'unplug' : 'plug')}>
        {unit.plugged ? words.pullOut : words.plugIn}
      </button>
      <button type="button" className={styles.main} onClick={() => act('scan')}>
        {words.scanItsLabel}
      </button>
      <button type="button" className={styles.less} onClick={() => act('fresh')}>
        {words.newUnit}
      </button>
      <select
        className={styles.fault}
        aria-label={words.fault}
        value={shown}
        disabled={unit.plugged}
        onChange={(event) => setChosen(event.target.value)}
      >
        {choices.map((fault) => (
          <option key={fault} value={fault}>
            {fault === NO_FAULT ? words.noFault : (faults[fault as RehearsalFault] ?? fault)}
          </option>
        ))}
      </select>
    </fieldset>
  );
}
