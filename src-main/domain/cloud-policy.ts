import { groupNameOf } from './group-name.ts';

/** What a recipe wants of the cloud for each of its units, beside membership and SIM (docs/recipe.md). Plain JSON. */
export type CloudPolicy = {
  /** How long a run waits for the cloud while the unit is in its slot, all cloud steps together, in ms. */
  readonly waitMs: number;
  /** Whether a good unit passes as built when the cloud could not be asked in that time, and the rest is done later. */
  readonly finishLater: boolean;
  /** E-mail of the team member who is to own the units; absent: they stay unclaimed, as they should (cloud-api.md R6). */
  readonly claimUser?: string;
  /** What the unit is called in the product; absent: nothing is said. */
  readonly name?: 'serial-number';
  /** Groups the unit is put into, replacing any it had; `{batch}` stands for its batch (groupNamesFor makes the names). */
  readonly groups?: readonly string[];
  /** Present where it is to be recorded when the unit first came online, and until when it should have. */
  readonly online?: { readonly withinHours: number };
};

/** What a recipe that says nothing means, for ever: the run waits as long as its cloud step may take, and nothing is left for later. */
export const NO_CLOUD_POLICY: CloudPolicy = { waitMs: 100_000, finishLater: false };

/** The groups of a policy for the units of one batch: each a legal name (group-name.ts), each once. */
export function groupNamesFor(policy: Pick<CloudPolicy, 'groups'>, batch: string): readonly string[] {
  const names = (policy.groups ?? []).map((pattern) => groupNameOf(pattern.replaceAll('{batch}', batch)));
  return [...new Set(names.filter((name) => name !== ''))];
}
