import { type Failure, failure } from './failure.ts';

/** What the cloud looks at to decide which product firmware a unit should run. Versions are product versions. */
export type FirmwareWishes = {
  readonly isDevelopment: boolean;
  readonly lockedTo: number | undefined;
  /** The version released to each of the unit's groups that has one. */
  readonly groupReleases: readonly number[];
  readonly productDefault: number | undefined;
};

/**
 * The version the cloud wants on a unit, or undefined when it leaves it alone (cloud-api.md R33): a development unit gets nothing, a
 * lock beats the groups, the highest of the groups beats the product's default.
 */
export function targetVersion(wishes: FirmwareWishes): number | undefined {
  if (wishes.isDevelopment) return undefined;
  if (wishes.lockedTo !== undefined) return wishes.lockedTo;
  return wishes.groupReleases.length > 0 ? Math.max(...wishes.groupReleases) : wishes.productDefault;
}

/** What happens at the next connection: versions are compared for equality, so it can go down as well as up (R31). */
export function updateAtConnection(reported: number | undefined, target: number | undefined): 'none' | 'up' | 'down' {
  if (target === undefined || reported === target) return 'none';
  return reported === undefined || target > reported ? 'up' : 'down';
}

/** Why a file may not be uploaded as this version: the version compiled in is another (R30). Undefined when it may. */
export function uploadRefusal(said: number, inFile: number | undefined): Failure | undefined {
  if (said === inFile) return undefined;
  const found = inFile ?? 'no product version';
  return failure('cloud/firmware-mismatch', `The file has ${found} compiled in, not ${said}.`, {
    expected: said,
    found: inFile ?? null,
  });
}

/**
 * Why a version may not be released: no unit of the product has been seen with it (R34). Undefined when it may. Upload it, lock it to
 * one unit, see it there, then release.
 */
export function releaseRefusal(version: number, unitsRunningIt: number): Failure | undefined {
  if (unitsRunningIt > 0) return undefined;
  return failure('cloud/not-yet-run', `No unit of the product has come online with version ${version} yet.`);
}

/** Why a version may not be deleted: it was released, for the product or for a group (R37). Undefined when it may. */
export function deletionRefusal(
  version: number,
  release: { readonly isProductDefault: boolean; readonly groups: readonly string[] },
): Failure | undefined {
  if (!release.isProductDefault && release.groups.length === 0) return undefined;
  const where = release.isProductDefault ? 'the whole product' : `group ${release.groups.join(', ')}`;
  return failure('cloud/firmware-released', `Version ${version} is released to ${where}.`);
}

/** When a lock takes effect: at once where the unit is online and that was asked for, else when it next restarts (R35). */
export function lockTakesEffect(isOnline: boolean, isAskedNow: boolean): 'now' | 'at-next-connection' {
  return isOnline && isAskedNow ? 'now' : 'at-next-connection';
}

/**
 * The sentence for a supervisor when units leave the line with another version than the cloud will send them over the air at once,
 * at the cost of mobile data (R38); undefined when they agree or nothing is released.
 */
export function overTheAirWarning(flashed: number, released: number | undefined): string | undefined {
  if (updateAtConnection(flashed, released) === 'none') return undefined;
  return `The line flashes version ${flashed}, but version ${released} is released: every unit will load it over the air when it first connects.`;
}
