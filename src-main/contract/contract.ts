import * as z from 'zod';
import { CLOUD_STATES } from '../domain/cloud-work.ts';
import type { Failure } from '../domain/failure.ts';
import { identifierIn } from '../domain/label.ts';
import type { RunRecord } from '../domain/run-record.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { CLOUD_WORK_COMMANDS, type CloudWorkOutput } from './cloud-contract.ts';
import { PRODUCT_COMMANDS, type ProductOutput } from './product-contract.ts';

z.config({ jitless: true }); // zod's compiled validators need eval, which the page's content policy forbids (workbench.md 3)

const slot = z.string().min(1).max(40);
const cartonName = z.string().regex(/^[\w .:/-]{1,40}$/u);
const runId = z.string().min(1).max(60);
const flashes = z.int().min(1).max(64);
const runFilter = {
  // Whatever was pasted or scanned into a search: a mobile secret goes no further than this.
  text: z.string().max(120).transform(identifierIn).optional(),
  batch: z.string().max(80).optional(),
  day: z.iso.date().optional(),
  outcome: z.enum(['PASS', 'FAIL', 'ERROR', 'ABORTED']).optional(),
  cloud: z.enum(CLOUD_STATES).optional(),
};

/** Every command a screen can give, with the schema of its input. What a screen may know comes in the snapshot. */
export const COMMANDS = {
  /**
   * What the scanner read: a unit label or a printed command code. Starts a run, or refuses with the reason. `full` (QA, command line)
   * writes everything, also what the unit already holds.
   */
  scan: z.strictObject({ text: z.string().max(4096), slot: slot.optional(), full: z.boolean().optional() }),
  /** The operator stops the run in this slot. */
  abortRun: z.strictObject({ slot }),
  /** Newest first. */
  findRuns: z.strictObject({ ...runFilter, limit: z.int().min(1).max(1000).optional() }),
  readRun: z.strictObject({ runId }),
  /**
   * QA: flash a reject again in a run of its own, linked to the first. The unit goes into this slot. `full` writes everything, also
   * what the unit holds already.
   */
  rework: z.strictObject({ runId, slot, full: z.boolean().optional() }),
  /** A day or a batch as a file. */
  exportRuns: z.strictObject({ ...runFilter, format: z.enum(['csv', 'jsonl']) }),
  /** Supervisor: the batch that runs belong to from now on. */
  openBatch: z.strictObject({ name: z.string().regex(/^[\w .:/-]{1,60}$/u) }),
  /** The carton that passed units go into from now on; without a name none is counted. A later rejection names it. */
  openCarton: z.strictObject({ name: cartonName.optional() }),
  /** QA: a unit that the cloud rejected is tried again, because the reason was put right. */
  askCloudAgain: z.strictObject({ runId }),
  /** A unit that the cloud rejected after it passed was taken out of its carton. */
  confirmPulled: z.strictObject({ runId }),
  /** Supervisor: network or token were put right; what waits in the outbox goes on at once. */
  hurryCloud: z.strictObject({}),
  ...CLOUD_WORK_COMMANDS,
  verifyAudit: z.strictObject({}),
  /**
   * Supervisor: teach the slots their USB ports, all of them or one. A unit is plugged into the present slot, or the slot is skipped;
   * `undo` takes the last turn back, `finish` keeps what was learnt, `cancel` keeps nothing. No runs meanwhile.
   */
  learnSlots: z.strictObject({ action: z.enum(['start', 'skip', 'undo', 'finish', 'cancel']), slot: slot.optional() }),
  /** Supervisor: drop what this slot, or every slot, was taught. */
  forgetSlots: z.strictObject({ slot: slot.optional() }),
  /** Supervisor: how many flashes go on at once until the station ends; an absent member is no limit. */
  limitFlashes: z.strictObject({ station: flashes.optional(), perHub: flashes.optional() }),
  ...PRODUCT_COMMANDS,
  /** Virtual line only: plug the virtual unit of this slot in (with a fault, or `none`), pull it, scan its label, or get a fresh unit. */
  bench: z.strictObject({
    slot,
    action: z.enum(['plug', 'unplug', 'scan', 'fresh']),
    fault: z.string().max(60).optional(),
  }),
} as const;

export type CommandName = keyof typeof COMMANDS;
export type CommandInput<Name extends CommandName> = z.infer<(typeof COMMANDS)[Name]>;

/** Of the commands that stand in files of their own. */
type OutputOfOthers = ProductOutput & CloudWorkOutput;

/** What each command answers with when it is done. */
export type CommandOutput = OutputOfOthers & {
  scan: { readonly runId?: string; readonly slot?: string };
  abortRun: null;
  findRuns: readonly RunRecord[];
  readRun: RunRecord;
  rework: { readonly runId: string };
  exportRuns: { readonly fileName: string; readonly mediaType: string; readonly text: string; readonly runs: number };
  openBatch: null;
  openCarton: null;
  askCloudAgain: null;
  confirmPulled: null;
  hurryCloud: null;
  learnSlots: null;
  forgetSlots: null;
  limitFlashes: null;
  verifyAudit: { readonly intact: boolean; readonly entries: number; readonly summary: string };
  bench: null;
};

/** Every answer is one of these; a thrown error does not survive IPC whole. */
export type CommandAnswer<Name extends CommandName = CommandName> =
  | { readonly ok: true; readonly value: CommandOutput[Name] }
  | { readonly ok: false; readonly failure: Failure };

/** The station as the screens see it; implemented by station.ts, proxied by client.ts. */
export interface StationCommands {
  call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandAnswer<Name>>;
  /** The present snapshot at once, and every later one. Returns the unsubscribe function. */
  subscribe(listener: (snapshot: Snapshot) => void): () => void;
}

/** What the preload bridge or the loopback socket gives the page: the two primitives everything else is made of. */
export interface Transport {
  invoke(name: string, input: unknown): Promise<unknown>;
  subscribe(listener: (snapshot: unknown) => void): () => void;
}
