import { useEffect, useRef, useState } from 'react';
import type { Snapshot } from '../../src-main/domain/snapshot.ts';
import type { Dictionary } from '../i18n/dictionary.ts';
import { playSound } from '../sound/play-sound.ts';
import { useScreen } from './screen.ts';
import { unitsToPull } from './units-to-pull.ts';

/** Says each new verdict, and each that the cloud took back: by sound, and for a screen reader. What was already there when the page opened is not said. */
export function VerdictAnnouncer() {
  const { snapshot, dictionary, sound, notice } = useScreen();
  const known = useRef<ReadonlySet<string>>(endedRuns(snapshot));
  const knownRejected = useRef(rejectedLater(snapshot));
  const knownScan = useRef(snapshot.lastScan?.at);
  const [said, setSaid] = useState('');

  useEffect(() => {
    const fresh = snapshot.slots.filter(({ run }) => run?.ended !== undefined && !known.current.has(run.runId));
    known.current = endedRuns(snapshot);
    if (fresh.length > 0) setSaid(fresh.map((slot) => sentence(slot, dictionary)).join(' '));
    for (const { run } of fresh) if (sound && run?.ended !== undefined) playSound(run.ended.outcome);
  }, [snapshot, dictionary, sound]);
  useEffect(() => {
    const isNews = [...rejectedLater(snapshot)].some((detail) => !knownRejected.current.has(detail));
    knownRejected.current = rejectedLater(snapshot);
    if (isNews && sound) playSound('FAIL'); // what it says is an alert on the page, which is read out by itself
  }, [snapshot, sound]);
  useEffect(() => {
    if (snapshot.lastScan?.at === knownScan.current) return;
    knownScan.current = snapshot.lastScan?.at;
    if (sound && snapshot.lastScan?.failure !== undefined) playSound('refused');
  }, [snapshot.lastScan, sound]);
  useEffect(() => {
    if (sound && notice !== undefined) playSound('refused');
  }, [notice, sound]);

  return (
    <div className="read-out-only" role="status" aria-live="assertive">
      {said}
    </div>
  );
}

function rejectedLater({ troubles }: Snapshot): ReadonlySet<string> {
  return new Set(troubles.filter((trouble) => unitsToPull(trouble) !== undefined).map(({ detail }) => detail));
}

function endedRuns(snapshot: Snapshot): ReadonlySet<string> {
  return new Set(snapshot.slots.flatMap(({ run }) => (run?.ended === undefined ? [] : [run.runId])));
}

function sentence({ slot, run }: Snapshot['slots'][number], { words, verdicts, failures }: Dictionary): string {
  if (run?.ended === undefined) return '';
  const { outcome, failure } = run.ended;
  const why = failure === undefined ? '' : ` ${failures[failure.code].operator} ${failures[failure.code].next}`;
  const where = run.ended.carton === undefined ? '' : ` ${words.intoCarton(run.ended.carton)}.`;
  return `${words.slot(slot)}: ${verdicts[outcome]}.${why}${where}`;
}
