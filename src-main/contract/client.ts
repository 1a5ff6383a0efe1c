import type { Snapshot } from '../domain/snapshot.ts';
import type { CommandAnswer, CommandInput, CommandName, StationCommands, Transport } from './contract.ts';

/** The typed client of a station over any transport. The station's answers are trusted; the page's inputs are not (serve.ts). */
export function createClient(transport: Transport): StationCommands {
  return {
    call: <Name extends CommandName>(name: Name, input: CommandInput<Name>) =>
      transport.invoke(name, input) as Promise<CommandAnswer<Name>>,
    subscribe: (listener) => transport.subscribe((snapshot) => listener(snapshot as Snapshot)),
  };
}
