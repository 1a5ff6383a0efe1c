import type { FailureCode } from '../domain/failure-codes.ts';
import type { SectionName } from '../domain/product-view.ts';

/**
 * The right of an API user that a section or a change needs (cloud-api.md 1.6), to say which one is missing. `person`: none is
 * documented, so only a person's token will do.
 */
export type NeededRight = string | 'person';

/** The right each section needs first. */
export const SECTION_RIGHTS: Readonly<Record<SectionName, NeededRight>> = {
  product: 'products:get',
  team: 'teams.users:list',
  devices: 'devices:list',
  device: 'devices:get',
  denied: 'devices:list',
  sims: 'sims:list',
  sim: 'sims:get',
  groups: 'groups:list',
  firmware: 'firmware:list',
  locks: 'devices:list',
  customers: 'devices:list',
  events: 'events:get',
  limits: 'devices:list',
};

/** The right each change needs. */
export const CHANGE_RIGHTS = {
  approve: 'devices:import',
  deny: 'devices:remove',
  claim: 'devices:import',
  unclaim: 'devices:release',
  remove: 'devices:remove',
  describe: 'devices:update',
  lock: 'devices:update',
  unlock: 'devices:update',
  'activate-sim': 'sims:import',
  'deactivate-sim': 'sims:update',
  'reactivate-sim': 'sims:update',
  'release-sim': 'sims:remove',
  'create-group': 'groups:create',
  'delete-group': 'groups:remove',
  'upload-firmware': 'firmware:create',
  'release-firmware': 'firmware:release',
  'delete-firmware': 'firmware:remove',
} as const satisfies Record<string, NeededRight>;

export type ChangeName = keyof typeof CHANGE_RIGHTS;

/**
 * Whether this is done in a supervisor's name only. A station's token should have no such right (cloud-api.md 1.6, operator profile);
 * should it have it all the same, whoever stands at the screen still may not use it.
 */
export function isSupervisors(right: NeededRight): boolean {
  return !STATION_RIGHTS.has(right);
}

const STATION_RIGHTS: ReadonlySet<NeededRight> = new Set([
  ...['products:get', 'devices:import', 'devices:get', 'devices:list', 'devices:update', 'groups:list'],
  ...['sims:import', 'sims:get', 'sims:list', 'firmware:list', 'events:get'],
]);

/** Whether the cloud refused a request because of who asked. */
export function isRefusal(code: FailureCode): boolean {
  return code === 'cloud/permission' || code === 'cloud/rights-missing';
}
