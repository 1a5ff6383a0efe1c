import type { CommandInput, CommandOutput } from '../contract/contract.ts';
import type { Result } from '../domain/failure.ts';
import type { AuditLog } from '../ports/audit-log.ts';
import type { FlashTurns } from './flash-turns.ts';
import type { SlotTeaching } from './slot-teaching.ts';

type SlotCommandName = 'learnSlots' | 'forgetSlots' | 'limitFlashes';
type SlotCommands = {
  [Name in SlotCommandName]: (input: CommandInput<Name>) => Promise<Result<CommandOutput[Name]>>;
};

/** The commands of a supervisor about the slots themselves; `changed` is called when a screen has something new to show. */
export function slotCommands(
  { teaching, turns, audit }: { readonly teaching: SlotTeaching; readonly turns: FlashTurns; readonly audit: AuditLog },
  changed: () => void,
): SlotCommands {
  return {
    learnSlots: async (input) => {
      const done = learn(teaching, input);
      changed();
      return done;
    },
    forgetSlots: async ({ slot }) => {
      const done = teaching.forget(slot);
      changed();
      return done;
    },
    limitFlashes: async ({ station, perHub }) => {
      const limit = { ...(station === undefined ? {} : { station }), ...(perHub === undefined ? {} : { perHub }) };
      audit.note('flash-limit', { before: turns.limit, after: limit });
      turns.setLimit(limit);
      changed();
      return { ok: true, value: null };
    },
  };
}

/** One step of the teaching, asked for on a screen or by a printed code. */
export function learn(teaching: SlotTeaching, { action, slot }: CommandInput<'learnSlots'>): Result<null> {
  switch (action) {
    case 'start':
      return teaching.start(slot);
    case 'skip':
      return teaching.skip();
    case 'undo':
      return teaching.undo();
    case 'finish':
      return teaching.finish();
    case 'cancel':
      return teaching.cancel();
  }
}
