import { type Failure, failure } from '../../domain/failure.ts';
import type { Platform } from '../../domain/platform.ts';
import { builtWith } from '../../firmware/check-application.ts';
import { checkBootloader, checkFunction } from '../../firmware/check-module-kinds.ts';
import { checkLocation, checkNeeds, checkSystemSet } from '../../firmware/check-module-set.ts';
import { checkRecognised } from '../../firmware/check-recognised.ts';
import { isReleasedFor, moduleVersionOf, nameModuleVersion, releasesOf } from '../../firmware/device-os-releases.ts';
import type { FirmwareModule } from '../../firmware/firmware-module.ts';
import { firstProblem } from '../../firmware/first-problem.ts';
import { systemPartIndexes } from '../../firmware/memory-map.ts';
import type { OptionalRole, SetRole } from '../../ports/firmware-store.ts';
import { recipeFileOf } from './product-gates.ts';
import type { SortedModule, SortedRelease } from './sort-release.ts';

/** A set that holds together, or why it does not. */
export type CheckedSet =
  | { readonly kind: 'whole'; readonly deviceOs: string; readonly modules: readonly SortedModule[] }
  | { readonly kind: 'refused'; readonly failure: Failure };

/**
 * Holds the modules of one platform against each other (firmware-modules.md 5.2, last paragraph, and gates 6 to 8, 11 and 13 of
 * 6.1): every part of the platform is there once, all system parts are of the one release, which exists for the platform, every
 * module lies in its place, and what one needs of another is there. Pure.
 */
export function checkReleaseSet(
  platform: Platform,
  release: SortedRelease,
  options: { readonly deviceOs?: string; readonly without?: readonly OptionalRole[] },
): CheckedSet {
  const sorted = release.platforms.get(platform) ?? [];
  const twice = findConflict(sorted);
  if (twice !== undefined) return refused(twice);
  const missing = findMissing(platform, release, options.without ?? []);
  if (missing !== undefined) return refused(missing);
  const system = sorted.filter(({ role }) => role === 'system-part').map(({ module }) => module);
  const named = nameRelease(platform, system, options.deviceOs);
  if (typeof named !== 'string') return refused(named);

  const file = recipeFileOf(platform, { deviceOs: named });
  const modules = sorted.map(({ module }) => module);
  const problem =
    firstOf(sorted, checkKind) ??
    checkSystemSet(system, file, moduleVersionOf(named) ?? 0) ??
    firstOf(sorted, ({ module, role }) => (role === 'application' ? checkTinker(module, platform) : undefined)) ??
    firstProblem(modules, (module) => checkLocation(module, file)) ??
    firstProblem(modules, (module) => checkRecognised(module, platform)) ??
    firstProblem(modules, (module) => checkNeeds(module, modules));
  return problem === undefined ? { kind: 'whole', deviceOs: named, modules: inOrder(sorted) } : refused(problem);
}

/** The parts of a platform besides its system parts and an application (firmware-modules.md 3.1). */
export function partsOf(platform: Platform): readonly SetRole[] {
  return [
    'bootloader',
    ...(platform.mcu === 'rtl872x' ? (['prebootloader'] as const) : []),
    ...(platform.mcu === 'nrf52840' ? (['radio-stack'] as const) : []),
    ...(platform.name === 'argon' || platform.name === 'tracker' ? (['ncp'] as const) : []),
  ];
}

function findConflict(sorted: readonly SortedModule[]): Failure | undefined {
  for (const [at, { role, module }] of sorted.entries()) {
    const other = sorted.slice(at + 1).find((one) => one.role === role && one.module.index === module.index);
    if (other === undefined) continue;
    const detail = `${module.fileName} and ${other.module.fileName} are different files for the same place (${role} ${module.index}); take one away.`;
    return failure('store/conflict', detail);
  }
  return undefined;
}

function findMissing(
  platform: Platform,
  release: SortedRelease,
  without: readonly OptionalRole[],
): Failure | undefined {
  const sorted = release.platforms.get(platform) ?? [];
  const parts = systemPartIndexes(platform).filter((index) => !sorted.some(isPart('system-part', index)));
  if (parts.length > 0) {
    const detail = `The release lacks system part ${parts.join(' and ')} of ${platform.displayName}, counted by module header, not by file name.`;
    return failure('store/incomplete', detail, { missing: parts });
  }
  const role = partsOf(platform).find((one) => !sorted.some(isPart(one)) && !without.some((left) => left === one));
  if (role === undefined) return undefined;
  const foreign = role === 'radio-stack' ? foreignRadioStack(platform, release) : undefined;
  if (foreign !== undefined) return foreign;
  const isOwnFile = role === 'radio-stack' || role === 'ncp';
  const hint = isOwnFile ? `; it is published as a file of its own: give that too, or say --without ${role}` : '';
  return failure('store/incomplete', `The release lacks the ${role} of ${platform.displayName}${hint}.`, {
    missing: [role],
  });
}

/**
 * The published 2.3.1 restore set of Boron has a SoftDevice that says Argon. Over DFU that would do no harm, but a unit refuses it as
 * an update in normal mode, so it does not get in (firmware-modules.md 5.2).
 */
function foreignRadioStack(platform: Platform, release: SortedRelease): Failure | undefined {
  for (const [other, modules] of release.platforms) {
    const [only, ...more] = modules;
    if (other === platform || other.mcu !== 'nrf52840' || only?.role !== 'radio-stack' || more.length > 0) continue;
    const detail = `${only.module.fileName} is stamped for ${other.displayName} (platform ${other.id}), not for ${platform.displayName} (${platform.id}); a unit refuses it in normal mode. The 2.3.1 restore set of Boron was published so: take the SoftDevice file of ${platform.displayName}.`;
    return failure('firmware/wrong-platform', detail, { expected: platform.id, found: other.id });
  }
  return undefined;
}

/** The release the system parts are of. A declared one must be theirs; an undeclared one must follow from their number alone. */
function nameRelease(
  platform: Platform,
  system: readonly FirmwareModule[],
  declared: string | undefined,
): string | Failure {
  const [first] = system;
  const version = first?.version ?? 0;
  const [only, ...others] = releasesOf(version);
  const deviceOs = declared ?? only;
  const known = deviceOs === undefined ? undefined : moduleVersionOf(deviceOs);
  if (deviceOs === undefined || known === undefined) {
    const what = declared === undefined ? `system part number ${version}` : `release ${declared}`;
    return failure('firmware/no-such-release', `This station knows no Device OS ${what}.`);
  }
  if (declared === undefined && others.length > 0) {
    const detail = `The system parts say ${version}, which ${[only, ...others].join(', ')} all have; say which with --device-os.`;
    return failure('store/conflict', detail);
  }
  const stranger = system.find((module) => module.version !== known);
  if (stranger !== undefined && system.every((module) => module.version === stranger.version)) {
    const detail = `${stranger.fileName} is Device OS ${nameModuleVersion(stranger.version)}, not ${nameModuleVersion(known)}.`;
    return failure('firmware/wrong-os-version', detail, { expected: known, found: stranger.version });
  }
  if (isReleasedFor(platform, known)) return deviceOs;
  return failure('firmware/no-such-release', `There is no Device OS ${deviceOs} for ${platform.displayName}.`);
}

function checkKind({ role, module }: SortedModule): Failure | undefined {
  if (role === 'bootloader') return checkBootloader(module, 0);
  if (role === 'prebootloader') return checkBootloader(module, 2);
  return checkFunction(module, role === 'application' ? 'user-part' : role);
}

function checkTinker(module: FirmwareModule, platform: Platform): Failure | undefined {
  if (builtWith(module, { platform }) !== undefined) return undefined;
  const detail = `${module.fileName} does not say with which Device OS it was built.`;
  return failure('firmware/missing-dependency', detail);
}

function firstOf<One>(all: readonly One[], check: (one: One) => Failure | undefined): Failure | undefined {
  for (const one of all) {
    const problem = check(one);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isPart(role: SetRole, index?: number): (one: SortedModule) => boolean {
  return (one) => one.role === role && (index === undefined || one.module.index === index);
}

const ORDER: readonly SetRole[] = ['prebootloader', 'bootloader', 'ncp', 'radio-stack', 'system-part', 'application'];

/** One order for one set, whatever order its files came in: the set's id depends on it. */
function inOrder(sorted: readonly SortedModule[]): readonly SortedModule[] {
  return [...sorted].sort(
    (one, other) => ORDER.indexOf(one.role) - ORDER.indexOf(other.role) || one.module.index - other.module.index,
  );
}

function refused(why: Failure): CheckedSet {
  return { kind: 'refused', failure: why };
}
