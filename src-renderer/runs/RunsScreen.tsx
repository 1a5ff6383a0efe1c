import { useEffect, useState } from 'react';
import { identifierIn } from '../../src-main/domain/label.ts';
import { useAnswer } from '../connect/use-answer.ts';
import type { Route } from '../frame/address.ts';
import { useScreen } from '../frame/screen.ts';
import { useDelayed } from '../frame/use-delayed.ts';
import { RecordTools } from './RecordTools.tsx';
import { RunDetail } from './RunDetail.tsx';
import { RunFilters } from './RunFilters.tsx';
import { RunList } from './RunList.tsx';
import styles from './RunsScreen.module.css';
import { EVERY_RUN, filterInput, type RunFilter } from './run-filter.ts';

const TYPING_MS = 200;

/** For QA and supervisors: find a run, read it, flash a reject again, export, verify. A scan on this screen fills the search. */
export function RunsScreen({ route }: { route: Extract<Route, { screen: 'runs' }> }) {
  const { ask, snapshot, connections, dictionary } = useScreen();
  const { search: text, cloud, batch } = route;
  const [filter, setFilter] = useState<RunFilter>({ ...EVERY_RUN, text });
  useEffect(() => setFilter((before) => ({ ...before, text })), [text]);
  useEffect(() => {
    if (cloud !== undefined) setFilter({ ...EVERY_RUN, text, cloud, batch: batch ?? '' });
  }, [text, cloud, batch]);
  const settled = useDelayed(filter, TYPING_MS);
  const found = useAnswer(ask, 'findRuns', filterInput(settled), [snapshot.counts, snapshot.cloud, connections]);
  const runs = found?.ok ? found.value : [];
  const search = identifierIn(filter.text.trim()); // it goes into addresses: never with a secret that was pasted behind it
  return (
    <div className={styles.screen} data-detail={route.runId !== undefined}>
      <section className={styles.find}>
        <RunFilters filter={filter} onChange={setFilter} runs={runs} />
        <RecordTools filter={settled} />
        {found?.ok === false && <p role="alert">{dictionary.failures[found.failure.code].operator}</p>}
        <RunList runs={runs} isAnswered={found !== undefined} search={search} chosen={route.runId} />
      </section>
      {route.runId !== undefined && <RunDetail key={route.runId} runId={route.runId} search={search} />}
    </div>
  );
}
