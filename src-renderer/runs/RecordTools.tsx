import { useState } from 'react';
import type { CommandInput } from '../../src-main/contract/contract.ts';
import type { Failure } from '../../src-main/domain/failure.ts';
import { addressOf } from '../frame/address.ts';
import { useScreen } from '../frame/screen.ts';
import { BatchDialog } from './BatchDialog.tsx';
import styles from './RecordTools.module.css';
import { filterInput, type RunFilter } from './run-filter.ts';
import { saveFile } from './save-file.ts';

/** What one does with the records as a whole: export a day or a batch, verify the chain, open a batch or a carton. */
export function RecordTools({ filter }: { filter: RunFilter }) {
  const { ask, dictionary } = useScreen();
  const { words, failures } = dictionary;
  const [said, setSaid] = useState('');
  const [isOpening, setOpening] = useState(false);
  const refuse = (failure: Failure): void =>
    setSaid(`${failures[failure.code].operator} ${failures[failure.code].next}`);
  const canExport = filter.day !== '' || filter.batch.trim() !== '';

  const exportRuns = async (format: CommandInput<'exportRuns'>['format']): Promise<void> => {
    setSaid(words.working);
    const answer = await ask('exportRuns', { ...filterInput(filter), format });
    if (!answer.ok) return refuse(answer.failure);
    saveFile(answer.value);
    setSaid(words.exported(answer.value.runs));
  };
  const verify = async (): Promise<void> => {
    setSaid(words.working);
    const answer = await ask('verifyAudit', {});
    if (!answer.ok) return refuse(answer.failure);
    const { intact, entries, summary } = answer.value;
    setSaid(intact ? words.auditIntact(entries) : `${words.auditDamaged}: ${summary}`);
  };
  return (
    <div className={styles.tools}>
      <button type="button" disabled={!canExport} onClick={() => exportRuns('csv')}>
        {words.export} CSV
      </button>
      <button type="button" disabled={!canExport} onClick={() => exportRuns('jsonl')}>
        {words.export} JSON Lines
      </button>
      <button type="button" onClick={verify}>
        {words.verifyAudit}
      </button>
      <button type="button" onClick={() => setOpening(true)}>
        {words.batchAndCarton}
      </button>
      <a className={styles.codes} href={addressOf({ screen: 'codes' })}>
        {words.printedCodes}
      </a>
      <p className={styles.said} role="status">
        {said || (canExport ? words.exportMeans : words.exportNeedsFilter)}
      </p>
      {isOpening && (
        <BatchDialog
          onClose={() => setOpening(false)}
          onDone={(sentence) => {
            setOpening(false);
            setSaid(sentence);
          }}
        />
      )}
    </div>
  );
}
