import type { Brand } from './brand.ts';

/** A Device OS release, semver text without a leading v, e.g. `6.2.0` or `3.2.1-p2.3`. */
export type DeviceOsVersion = Brand<string, 'DeviceOsVersion'>;
