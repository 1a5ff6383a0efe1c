import type { Brand } from './brand.ts';
import { ok, type Result, refuse } from './failure.ts';
import { maskedText } from './masked-text.ts';

/** A Device OS release, semver text without a leading v, e.g. `6.2.0` or `3.2.1-p2.3`. */
export type DeviceOsVersion = Brand<string, 'DeviceOsVersion'>;

/**
 * Reads a Device OS release: `major.minor.patch` with an optional prerelease of dotted parts, at most 32 characters. No
 * leading v and no build metadata, so that one release has one spelling and equal text means equal release. Else
 * `request/invalid`. Whether such a release exists is known by the table in firmware/, not here.
 */
export function parseDeviceOsVersion(text: string): Result<DeviceOsVersion> {
  if (text.length > 32 || !RELEASE.test(text)) {
    return refuse(
      'request/invalid',
      `A Device OS version reads like 6.2.0 or 3.2.1-p2.3, without a v; this was ${maskedText(text)}.`,
    );
  }
  return ok(text as DeviceOsVersion);
}

const NUMBER = '(?:0|[1-9]\\d{0,5})';
const PART = '(?:0|[1-9]\\d{0,5}|\\d*[A-Za-z-][0-9A-Za-z-]*)';
const RELEASE = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-${PART}(?:\\.${PART})*)?$`);

/**
 * Orders two releases as semver does (its section 11): below zero when the first is older, zero when equal, above when
 * newer; a prerelease comes before its release. Module numbers are the safer key where they are known
 * (firmware-modules.md 2).
 */
export function compareDeviceOs(one: DeviceOsVersion, other: DeviceOsVersion): number {
  const [oneCore, onePrerelease] = halves(one);
  const [otherCore, otherPrerelease] = halves(other);
  const byCore = compareParts(oneCore, otherCore);
  if (byCore !== 0) return byCore;
  if (onePrerelease.length === 0 || otherPrerelease.length === 0) return otherPrerelease.length - onePrerelease.length;
  return compareParts(onePrerelease, otherPrerelease);
}

function halves(version: string): readonly [core: readonly string[], prerelease: readonly string[]] {
  const dash = version.indexOf('-');
  if (dash < 0) return [version.split('.'), []];
  return [version.slice(0, dash).split('.'), version.slice(dash + 1).split('.')];
}

function compareParts(one: readonly string[], other: readonly string[]): number {
  for (const [position, part] of one.entries()) {
    const against = other[position];
    if (against === undefined) return 1;
    const order = comparePart(part, against);
    if (order !== 0) return order;
  }
  return one.length - other.length;
}

function comparePart(one: string, other: string): number {
  const oneIsNumber = /^\d+$/.test(one);
  const otherIsNumber = /^\d+$/.test(other);
  if (oneIsNumber && otherIsNumber) return Number(one) - Number(other);
  if (oneIsNumber !== otherIsNumber) return oneIsNumber ? -1 : 1;
  return one === other ? 0 : one < other ? -1 : 1;
}
