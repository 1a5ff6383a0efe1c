import type { CloudState, OnlineProof, WorkSim } from '../../src-main/domain/cloud-work.ts';

/** What a person reads of the cloud work and of cartons, in one language. */
export type CloudWords = {
  readonly cloud: string;
  /** Beside `cloud`, where nothing is left to do. */
  readonly upToDate: string;
  /** Behind the number of units that are not done yet. */
  readonly unitsOpen: (units: number) => string;
  /** Behind the number of units that cannot go on at present. */
  readonly unitsHeld: (units: number) => string;
  /** Behind the number of units of the batch that the cloud rejected. */
  readonly unitsRejected: (units: number) => string;
  /** Behind the age of the oldest unit; `age` as in `3 hr`. */
  readonly oldest: (age: string) => string;
  readonly cloudMeans: string;
  /** While something keeps the cloud work from going on: what that means for the line. */
  readonly cloudHeldMeans: string;
  readonly openUnits: string;
  readonly notInProduct: string;
  readonly oldestUnit: string;
  readonly awaitedOnline: string;
  readonly onlineProblems: string;
  readonly tryNow: string;
  readonly triedNow: string;
  readonly close: string;
  readonly cloudStates: Readonly<Record<CloudState, string>>;
  readonly cloudStatesMean: Readonly<Record<CloudState, string>>;
  readonly anyCloudState: string;
  readonly simOverdue: string;
  readonly triedAgain: string;
  readonly nothingLeft: string;
  readonly goesOn: string;
  readonly since: string;
  readonly claimedFor: string;
  readonly nameInCloud: string;
  readonly groups: string;
  readonly simForms: Readonly<Record<WorkSim['form'], string>>;
  readonly simUnderWaySince: string;
  readonly simImportAsked: string;
  readonly firstOnline: string;
  readonly onlineVerdicts: Readonly<Record<OnlineProof['verdict'], string>>;
  readonly onlineAwaited: (hours: number) => string;
  readonly versionWanted: (version: number) => string;
  readonly tryAgain: string;
  readonly tryAgainMeans: string;
  /** What the run itself learnt of membership and SIM, by the station's word for it. */
  readonly memberships: Readonly<Record<'added' | 'already-member' | 'later', string>>;
  readonly simsLearnt: Readonly<Record<'active' | 'pending' | 'later' | 'none in recipe', string>>;
  readonly pullUnits: string;
  readonly allRejected: string;
  /** The button that says a unit was taken out of its carton. */
  readonly pulled: string;
  readonly carton: string;
  readonly noCarton: string;
  /** On the verdict of a unit that passed: where it goes. */
  readonly intoCarton: (name: string) => string;
  readonly batchAndCarton: string;
  readonly cartonMeans: string;
  readonly cartonName: string;
  readonly cartonNameRule: string;
  readonly openCarton: string;
  readonly closeCarton: string;
  readonly cartonOpened: (name: string) => string;
  readonly cartonClosed: string;
  readonly cartonCode: string;
  readonly cartonCodeMeans: string;
};
