import type { CloudPolicy } from './cloud-policy.ts';

/** A right of an API user that a station may need (cloud-api.md 1.6), and what cannot be done without it. */
export const CLOUD_SCOPES = {
  'products:get': 'the station cannot see for which kind of unit the product is',
  'devices:import': 'no unit can be added to the product',
  'devices:get': 'nobody can see whether the cloud kept a unit',
  'devices:list': 'the units of the product cannot be compared with the records',
  'sims:import': 'no plugged SIM can be activated',
  'sims:get': 'nobody can see whether a SIM is active',
  'sims:list': 'the SIMs of the product cannot be compared with the records',
  'devices:update': 'no unit can be named or put into a group',
  'events:get': 'nobody sees at once when a unit first comes online',
} as const;

export type CloudScope = keyof typeof CLOUD_SCOPES;

const ALWAYS: readonly CloudScope[] = [
  'products:get',
  'devices:import',
  'devices:get',
  'devices:list',
  'sims:import',
  'sims:get',
  'sims:list',
];

/** The least rights that building by these recipes' policies needs: naming and grouping units, and watching for them online, cost one each. */
export function scopesFor(policies: readonly CloudPolicy[]): readonly CloudScope[] {
  const describes = policies.some(({ name, groups }) => name !== undefined || (groups?.length ?? 0) > 0);
  const watches = policies.some(({ online }) => online !== undefined);
  return [
    ...ALWAYS,
    ...(describes ? (['devices:update'] as const) : []),
    ...(watches ? (['events:get'] as const) : []),
  ];
}
