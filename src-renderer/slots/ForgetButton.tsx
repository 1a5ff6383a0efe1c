import { useEffect, useState } from 'react';
import { useScreen } from '../frame/screen.ts';
import { useSlotCommand } from './use-slot-command.ts';

/** How long the question stays before the button is harmless again. */
const QUESTION_MS = 5000;

/** Makes a slot forget the port it was taught: the first press asks, the second one does it. */
export function ForgetButton({ slot }: { slot: string }) {
  const { words } = useScreen().dictionary;
  const command = useSlotCommand();
  const [isAsking, setAsking] = useState(false);
  useEffect(() => {
    if (!isAsking) return;
    const timer = window.setTimeout(() => setAsking(false), QUESTION_MS);
    return () => window.clearTimeout(timer);
  }, [isAsking]);
  const press = (): void => {
    setAsking(!isAsking);
    if (isAsking) void command('forgetSlots', { slot });
  };
  return (
    <button type="button" onClick={press}>
      {isAsking ? words.pressAgainToForget : words.forgetPort}
    </button>
  );
}
