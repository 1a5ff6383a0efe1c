import { releasesOf } from '../../firmware/device-os-releases.ts';

/**
 * The version text a system part of this module version reports. A real one carries the text in itself; a model can only look
 * it up, and makes up `major.minor.patch` for a number without a release, so that the two never look alike.
 */
export function nameRelease(moduleVersion: number): string {
  const releases = releasesOf(moduleVersion);
  return releases.at(-1) ?? `0.0.0-module.${moduleVersion}`;
}
