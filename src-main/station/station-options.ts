import type { FlashLimit } from '../domain/snapshot.ts';
import type { Recipe } from '../firmware/recipe.ts';
import type { Bench } from './bench.ts';
import type { CloudDeskSetting } from './cloud-desk.ts';
import type { LearntPorts } from './learnt-ports.ts';
import type { ProductClouds } from './product-desk.ts';
import type { RunSetting } from './run-unit.ts';

/** What a station is built of. */
export type StationOptions = Omit<RunSetting, 'flashTurn' | 'carton'> & {
  /** How the outbox spreads its requests; absent: as on a real line. */
  readonly outboxPace?: CloudDeskSetting['outboxPace'];
  readonly cloudTime?: CloudDeskSetting['cloudTime'];
  /** This computer's clock minus the cloud's, where it is known; absent where the cloud's clock is a rehearsal's. */
  readonly clockOffsetMs?: (() => number | undefined) | undefined;
  /** A slot without a port must be taught one before anything is built in it. */
  readonly slots: readonly { readonly name: string; readonly portPath?: string | undefined; readonly recipe: Recipe }[];
  readonly batch: string;
  /** How many flashes go on at once; absent: all. */
  readonly flashLimit?: FlashLimit | undefined;
  /** Where learnt ports are kept; a station without it forgets them when it ends. */
  readonly learntPorts?: LearntPorts | undefined;
  /** How a supervisor looks at the products of this station; absent: not at all. */
  readonly productClouds?: ProductClouds | undefined;
  readonly bench?: Bench;
};
