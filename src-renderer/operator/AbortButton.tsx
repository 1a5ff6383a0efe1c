import { useEffect, useState } from 'react';
import { useScreen } from '../frame/screen.ts';
import styles from './AbortButton.module.css';

/** How long the question stays before the button is harmless again. */
const QUESTION_MS = 5000;

/** Stops the run in a slot: the first press asks, the second one does it. */
export function AbortButton({ slot }: { slot: string }) {
  const { ask, dictionary, setNotice } = useScreen();
  const [state, setState] = useState<'ready' | 'asking' | 'stopping'>('ready');
  useEffect(() => {
    if (state !== 'asking') return;
    const timer = window.setTimeout(() => setState('ready'), QUESTION_MS);
    return () => window.clearTimeout(timer);
  }, [state]);

  const press = async (): Promise<void> => {
    if (state === 'ready') return setState('asking');
    setState('stopping');
    const answer = await ask('abortRun', { slot });
    if (answer.ok) return;
    setState('ready');
    setNotice({ failure: answer.failure });
  };
  const { words } = dictionary;
  const text = { ready: words.stop, asking: words.pressAgainToStop, stopping: words.stopping }[state];
  return (
    <button type="button" className={styles.abort} data-state={state} disabled={state === 'stopping'} onClick={press}>
      <span aria-hidden="true">■</span> {text}
    </button>
  );
}
