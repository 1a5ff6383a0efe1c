import type { CommandInput } from '../../src-main/contract/contract.ts';
import { useScreen } from '../frame/screen.ts';

type SlotCommand = 'learnSlots' | 'forgetSlots' | 'limitFlashes' | 'bench';

/** Gives a command about slots; why it was not done is shown above the screen until the next one. */
export function useSlotCommand(): <Name extends SlotCommand>(name: Name, input: CommandInput<Name>) => Promise<void> {
  const { ask, setNotice } = useScreen();
  return async (name, input) => {
    setNotice(undefined);
    const answer = await ask(name, input);
    if (!answer.ok) setNotice({ failure: answer.failure });
  };
}
