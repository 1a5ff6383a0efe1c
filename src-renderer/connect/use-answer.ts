import { useEffect, useState } from 'react';
import type { CommandAnswer, CommandInput, CommandName } from '../../src-main/contract/contract.ts';
import type { StationStore } from './station-store.ts';

/**
 * The answer to a question of the records, asked again whenever the input or `version` changes. The answer before stays until
 * the new one is there; undefined until the first. An answer that comes too late is dropped.
 */
export function useAnswer<Name extends CommandName>(
  ask: StationStore['ask'],
  name: Name,
  input: CommandInput<Name>,
  version: unknown,
): CommandAnswer<Name> | undefined {
  const [answer, setAnswer] = useState<CommandAnswer<Name>>();
  const asked = JSON.stringify([name, input, version]);
  useEffect(() => {
    let isWanted = true;
    const [question, about] = JSON.parse(asked) as [Name, CommandInput<Name>];
    void ask(question, about).then((given) => {
      if (isWanted) setAnswer(given);
    });
    return () => {
      isWanted = false;
    };
  }, [ask, asked]);
  return answer;
}
