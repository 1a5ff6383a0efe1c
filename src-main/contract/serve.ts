import * as z from 'zod';
import { failureOf } from '../domain/failure.ts';
import { COMMANDS, type CommandAnswer, type CommandInput, type CommandName, type StationCommands } from './contract.ts';

/**
 * The door of the station: checks the name and the input of a command that came over IPC or a socket, calls the station and
 * always answers. Nothing unchecked passes, nothing thrown escapes.
 */
export async function serveCommand(station: StationCommands, name: unknown, input: unknown): Promise<CommandAnswer> {
  if (typeof name !== 'string' || !Object.hasOwn(COMMANDS, name)) {
    return { ok: false, failure: { code: 'request/invalid', detail: 'There is no such command.' } };
  }
  const command = name as CommandName;
  const parsed = COMMANDS[command].safeParse(input);
  if (!parsed.success) {
    return { ok: false, failure: { code: 'request/invalid', detail: z.prettifyError(parsed.error) } };
  }
  try {
    return await station.call(command, parsed.data as CommandInput<typeof command>);
  } catch (thrown) {
    return { ok: false, failure: failureOf(thrown) };
  }
}
