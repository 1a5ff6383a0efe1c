import type { Platform } from '../domain/platform.ts';

/**
 * Module version of a Device OS release, e.g. `6.2.0` -> 6200, or undefined for a release that is not in the table. It
 * cannot be computed from the text (5.1.0 is 5004, 2.3.1 is 2302: firmware-modules.md 0.11).
 */
export function moduleVersionOf(release: string): number | undefined {
  return RELEASES.get(release)?.moduleVersion;
}

/** Version of the bootloader shipped with a release; undefined where the table has none. */
export function shippedBootloaderOf(release: string): number | undefined {
  return RELEASES.get(release)?.bootloaderVersion;
}

/**
 * Every release with this module version: usually one, several for the ambiguous numbers 4, 13, 15 and 312, none for an
 * unknown number (firmware-modules.md 2).
 */
export function releasesOf(moduleVersion: number): readonly string[] {
  return [...RELEASES].filter(([, entry]) => entry.moduleVersion === moduleVersion).map(([release]) => release);
}

/** A module version as people say it: `6.2.0 (6200)`, or the bare number when no or more than one release has it. */
export function nameModuleVersion(moduleVersion: number): string {
  const [release, ...others] = releasesOf(moduleVersion);
  return release === undefined || others.length > 0 ? `${moduleVersion}` : `${release} (${moduleVersion})`;
}

/** All releases of the table, in its order. */
export function allReleases(): readonly string[] {
  return [...RELEASES.keys()];
}

/**
 * Whether a Device OS with this module version was ever released for the platform (firmware-modules.md 2 "Availability" and
 * 6.2). The floors and ceilings are the platform's own (domain/platform.ts), compared by module version.
 */
export function isReleasedFor(
  platform: Pick<Platform, 'mcu' | 'minDeviceOs' | 'maxDeviceOs'>,
  moduleVersion: number,
): boolean {
  const first = platform.minDeviceOs === undefined ? undefined : moduleVersionOf(platform.minDeviceOs);
  const last = platform.maxDeviceOs === undefined ? undefined : moduleVersionOf(platform.maxDeviceOs);
  if (first !== undefined && moduleVersion < first) return false;
  if (last !== undefined && moduleVersion > last) return false;
  return !(platform.mcu === 'rtl872x' && NOT_ON_RTL.has(moduleVersion));
}

/**
 * Bootloader version a system part of this module version requires on this platform (firmware-modules.md 4.1), or undefined
 * where the sheet gives none. For a real file the dependency in its own prefix is what counts; this table serves the
 * generator and the plausibility check.
 */
export function requiredBootloader(platform: Pick<Platform, 'id' | 'mcu'>, moduleVersion: number): number | undefined {
  if (platform.mcu === 'nrf52840' && moduleVersion >= 2202 && moduleVersion <= 2302 && HAS_1006.has(platform.id)) {
    return 1006;
  }
  const row = REQUIRED_BOOTLOADER[platform.mcu].find(
    ([first, last]) => moduleVersion >= first && moduleVersion <= last,
  );
  return row?.[2];
}

/** RTL872x: version of prebootloader-part1 (2/2) that the bootloader of this system needs (firmware-modules.md 4.1). */
export function requiredPart1(moduleVersion: number): number | undefined {
  return REQUIRED_PART1.find(([first, last]) => moduleVersion >= first && moduleVersion <= last)?.[2];
}

/**
 * Whether a unit with this Device OS needs its set-up-done flag set or it stays in listening mode for ever: nRF52 below
 * 4.0.0 (firmware-modules.md 6.3). Prereleases of 4.0.0 count as 4.0.0.
 */
export function needsSetupDone(platform: Pick<Platform, 'mcu'>, moduleVersion: number): boolean {
  return platform.mcu === 'nrf52840' && moduleVersion < 4000;
}

/** 6.1.1 and 6.1.2 skipped RTL872x. */
const NOT_ON_RTL: ReadonlySet<number> = new Set([6101, 6102]);

/** b5som and tracker need one bootloader more than their sisters in 2.2.0 to 2.3.1. */
const HAS_1006: ReadonlySet<number> = new Set([25, 26]);

/** Rows `[first module version, last module version, required bootloader]`. */
type RequirementRow = readonly [first: number, last: number, bootloader: number];

const REQUIRED_BOOTLOADER: Readonly<Record<Platform['mcu'], readonly RequirementRow[]>> = {
  stm32f2xx: [
    [1000, 1104, 201],
    [1213, 1213, 311],
    [1321, 1515, 400],
    [2000, 3302, 1003],
  ],
  nrf52840: [
    [2011, 2302, 1005],
    [3000, 3005, 1005],
    [3103, 3302, 1100],
    [4003, 4006, 1101],
    [4100, 4200, 1200],
    [5002, 5002, 1101],
    [5003, 5004, 2001],
    [5200, 5410, 2002],
    [5500, 5901, 2300],
    [6000, 6100, 3000],
    [6101, 6101, 3001],
    [6200, 6400, 3100],
    [6401, 6401, 3301],
  ],
  rtl872x: [
    [5002, 5002, 2000],
    [5003, 5004, 2001],
    [5200, 5200, 2002],
    [5300, 5300, 2100],
    [5301, 5301, 2101],
    [5302, 5302, 2102],
    [5400, 5400, 2200],
    [5410, 5410, 2210],
    [5500, 5501, 2300],
    [5600, 5700, 2400],
    [5800, 5800, 2600],
    [5802, 5802, 2601],
    [5901, 5901, 2700],
    [6000, 6100, 3000],
    [6200, 6200, 3100],
    [6400, 6400, 3300],
  ],
};

const REQUIRED_PART1: readonly RequirementRow[] = [
  [5002, 5004, 3],
  [5200, 5200, 4],
  [5300, 5302, 5],
  [5400, 5410, 6],
  [5500, 5700, 7],
  [5800, 5800, 7],
  [5802, 5802, 8],
  [5901, 5901, 9],
  [6000, 6100, 8],
  [6200, 6200, 9],
  [6400, 6400, 13],
];

/**
 * `release=system module version[/bootloader version]`, restated from firmware-modules.md 2 (the table and the releases
 * listed below it). A new release is added here and nowhere else.
 */
const TABLE = `
  0.4.0=0 0.4.1=1 0.4.2=2 0.4.3=3 0.4.4-rc.1=4 0.4.4-rc.2=4 0.4.4-rc.3=4 0.4.4-rc.4=4 0.4.4-rc.5=4 0.4.4-rc.6=4
  0.4.4=5 0.4.5=6 0.4.6=7 0.4.7=8 0.4.8-rc.1=9 0.4.8-rc.6=10 0.4.9=11/7
  0.5.0-rc.1=12 0.5.0-rc.2=13 0.5.0=13 0.5.1-rc.1=14 0.5.1-rc.2=15 0.5.1=15 0.5.2-rc.1=16 0.5.2=17 0.5.3-rc.1=18
  0.5.3-rc.2=19 0.5.3-rc.3=20 0.5.3=21 0.5.4=22 0.5.5=23
  0.6.0-rc.1=100 0.6.0-rc.2=101 0.6.0=102 0.6.1-rc.1=103/9 0.6.1-rc.2=104 0.6.1=105 0.6.2-rc.1=106 0.6.2-rc.2=107
  0.6.2=108/11 0.6.3=109/11 0.6.4=110/11
  0.7.0-rc.1=200/100 0.7.0-rc.2=201/100 0.7.0-rc.3=202/100 0.7.0-rc.4=203/100 0.7.0-rc.5=204/101 0.7.0-rc.6=205/101
  0.7.0-rc.7=206/101 0.7.0=207/101
  0.8.0-rc.1=300/101 0.8.0-rc.2=301/101 0.8.0-rc.3=302/201 0.8.0-rc.4=303/201 0.8.0-rc.5=304/201 0.8.0-rc.6=305/201
  0.8.0-rc.7=306/201 0.8.0-rc.8=307/201 0.8.0-rc.9=308/201 0.8.0-rc.10=309/201 0.8.0-rc.11=310/201 0.8.0-rc.12=311/201
  0.8.0-rc.13=312/201 0.8.0-rc.14=312/201 0.8.0-rc.15=314/209 0.8.0-rc.16=315/209 0.8.0-rc.17=316/210
  0.8.0-rc.18=317/210 0.8.0-rc.19=318/211 0.8.0-rc.20=319/212 0.8.0-rc.21=320/212 0.8.0-rc.22=321/213
  0.8.0-rc.23=322/214 0.8.0-rc.24=323/214 0.8.0-rc.25=324/214 0.8.0-rc.26=325/215 0.8.0-rc.27=326/215
  0.9.0-rc.1=400/300 0.9.0-rc.2=401/300 0.9.0-rc.3=402/300 0.9.0=403/300
  1.0.0=1000/201 1.0.1-rc.1=1001/201 1.0.1=1002/201
  1.1.0-rc.1=1100/300 1.1.0-rc.2=1101/301 1.1.0=1102/301 1.1.1-rc.1=1103 1.1.1=1104
  1.2.0-alpha.1=1200/300 1.2.0-beta.1=1201/300 1.2.0-rc.1=1202/302 1.2.1-rc.1=1210/310 1.2.1-rc.2=1211/311
  1.2.1-rc.3=1212/311 1.2.1=1213/311
  1.3.0-alpha.1=1300/311 1.3.0-rc.1=1301/311 1.3.1-rc.1=1320/400 1.3.1=1321/401
  1.4.0-rc.1=1400/500 1.4.0=1401/500 1.4.1-rc.1=1402/500 1.4.1=1403/500 1.4.2=1404/501 1.4.3=1405/501 1.4.4=1406/501
  1.4.5-b5som.1=1407/501 1.4.5-b5som.2=1408/501
  1.5.0-rc.1=1500/501 1.5.0-rc.2=1501/501 1.5.0=1502/501 1.5.1-tracker.1=1503/501 1.5.1-tracker.2=1504/501
  1.5.1-tracker.3=1505/501 1.5.1-rc.1=1510/501 1.5.1=1511/501 1.5.2=1512/502 1.5.3-tracker.1=1513/502
  1.5.4-rc.1=1514/502 1.5.4-rc.2=1515/502
  2.0.0-alpha.1=2000/1000 2.0.0-alpha.2=2001/1000 2.0.0-alpha.3=2002/1001 2.0.0-alpha.4=2003/1002 2.0.0-rc.1=2004/1002
  2.0.0-rc.2=2005/1003 2.0.0-rc.3=2006/1003 2.0.0-rc.4=2007/1003 2.0.0=2008/1003 2.0.1-alpha.1=2009/1004
  2.0.1-alpha.2=2010/1005 2.0.1=2011/1005 2.0.2-rc.1=2020 2.0.2=2021
  2.1.0-rc.1=2100/1005 2.1.0=2101/1005
  2.2.0-rc.1=2200/1006 2.2.0-rc.2=2201/1006 2.2.0=2202/1006
  2.3.0-rc.1=2300/1006 2.3.0=2301/1006 2.3.1=2302/1006
  3.0.0-alpha.1=3000/1005 3.0.0-alpha.2=3001/1005 3.0.0-beta.1=3002/1005 3.0.0-rc.1=3003/1005 3.0.0-rc.2=3004/1005
  3.0.0=3005/1005 3.0.1-p2.1=3010/1005 3.0.1-p2.2=3011/1006 3.0.1-p2.3=3012/1006 3.0.1-p2.4=3013/1006
  3.0.1-p2.5=3014/1007
  3.1.0-alpha.1=3100/1100 3.1.0-alpha.2=3101/1100 3.1.0-rc.1=3102/1100 3.1.0=3103/1100
  3.2.0-rc.1=3200/1100 3.2.0=3201/1100 3.2.1-p2.1=3210/1007 3.2.1-p2.2=3211/1007 3.2.1-p2.3=3212/1008
  3.2.1-p2.4=3213/1009
  3.3.0-rc.1=3300/1100 3.3.0=3301/1100 3.3.1=3302/1100
  4.0.0-alpha.1=4000/1100 4.0.0-alpha.2=4001/1101 4.0.0-beta.1=4002/1101 4.0.0=4003/1101 4.0.1-rc.1=4004/1101
  4.0.1=4005/1101 4.0.2=4006/1101
  4.1.0=4100/1200
  4.2.0=4200/1200
  5.0.0-alpha.1=5000/2000 5.0.0-alpha.2=5001/2000 5.0.0=5002/2000 5.0.1=5003/2001
  5.1.0=5004/2001
  5.2.0=5200/2002
  5.3.0=5300/2100 5.3.1=5301/2101 5.3.2=5302/2102
  5.4.0=5400/2200 5.4.1=5410/2210
  5.5.0-rc.1=5500/2300 5.5.0=5501/2300
  5.6.0=5600/2400
  5.7.0=5700/2500
  5.8.0=5800/2600 5.8.1=5801/2600 5.8.2=5802/2601
  5.9.0=5901/2700
  6.0.0=6000/3000
  6.1.0=6100/3000 6.1.1=6101/3001 6.1.2=6102/3002
  6.2.0=6200/3100 6.2.1=6201/3101
  6.3.0-rc.1=6300 6.3.0-rc.2=6301 6.3.0=6302/3101 6.3.2=6303/3101 6.3.3=6304/3101 6.3.4=6305/3200 6.3.5=6306/3201
  6.4.0=6400/3300 6.4.1=6401/3301
`;

type ReleaseEntry = { readonly moduleVersion: number; readonly bootloaderVersion: number | undefined };

const RELEASES: ReadonlyMap<string, ReleaseEntry> = new Map(TABLE.trim().split(/\s+/).map(readEntry));

function readEntry(text: string): [string, ReleaseEntry] {
  const [release = '', versions = ''] = text.split('=');
  const [moduleVersion, bootloaderVersion] = versions.split('/').map(Number);
  if (moduleVersion === undefined) throw new Error(`release table entry ${text} has no version`);
  return [release, { moduleVersion, bootloaderVersion }];
}
