/** The three things the cloud keeps of a unit, each by itself (cloud-api.md R1): who owns it, which product it is in, its SIM. */
export type CloudRelation = 'owner' | 'membership' | 'sim';

export type CloudAction =
  | 'pre-add'
  | 'pre-add-and-claim'
  | 'claim'
  | 'unclaim'
  | 'remove'
  | 'remove-customers-unit'
  | 'import-sim'
  | 'deactivate-sim'
  | 'reactivate-sim'
  | 'release-sim';

/**
 * What an action changes; everything it does not name stays as it was. The two exceptions to "one thing each" are the pre-add, which
 * brings an embedded SIM along and can claim, and the removal of a unit that a customer owns, which unclaims it (R1, R22). Neither
 * unclaiming nor removing touches the SIM (R8): it stays active, and is paid for, until it is deactivated or released. The device ID
 * is never changed by anything (R2).
 */
export function relationsChangedBy(action: CloudAction): readonly CloudRelation[] {
  return CHANGES[action];
}

const CHANGES: Readonly<Record<CloudAction, readonly CloudRelation[]>> = {
  'pre-add': ['membership', 'sim'],
  'pre-add-and-claim': ['membership', 'sim', 'owner'],
  claim: ['owner'],
  unclaim: ['owner'],
  remove: ['membership'],
  'remove-customers-unit': ['membership', 'owner'],
  'import-sim': ['sim'],
  'deactivate-sim': ['sim'],
  'reactivate-sim': ['sim'],
  'release-sim': ['sim'],
};
