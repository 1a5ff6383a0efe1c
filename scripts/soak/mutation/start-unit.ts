import { createHash } from 'node:crypto';
import { generateFactoryRelease } from '../../../firmware/generate-release.ts';
import type { ModuleFault, ModuleReport } from '../../../src-main/domain/module-report.ts';
import type { FlashPlan, PlannedUpdate } from '../../../src-main/firmware/flash-plan.ts';
import { type BootDecision, type BootHardware, decideBoot } from '../../../src-main/virtual/unit/boot.ts';
import { CoProcessor } from '../../../src-main/virtual/unit/co-processor.ts';
import { systemEra } from '../../../src-main/virtual/unit/device-os-era.ts';
import { findModules, type InstalledModule } from '../../../src-main/virtual/unit/installed-modules.ts';
import { masterBootRecord } from '../../../src-main/virtual/unit/rtl-factory.ts';
import type { UnitPlatform } from '../../../src-main/virtual/unit/unit-platforms.ts';
import { checkUpdate, flashContent } from '../../../src-main/virtual/unit/update-check.ts';
import { createUnitClock, createVirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { type RawAsset, sufficientBootloader } from '../recipes.ts';
import type { Specimen } from './specimens.ts';

/** A unit at rest: what its own start-up code goes by. */
export type RestingUnit = {
  readonly platform: UnitPlatform;
  readonly flash: Uint8Array;
  readonly base: number;
  readonly coProcessor: CoProcessor | undefined;
  readonly assets: readonly { readonly name: string; readonly sha256: string }[];
};

/** A unit that left the factory with the specimen's own release and Tinker: all a plan could need is there. */
export function restingUnit(platform: UnitPlatform, { deviceOs, platform: { name } }: Specimen): RestingUnit {
  const release = { platform: name, deviceOs, scale: 0.001, ...sufficientBootloader(platform.platform, deviceOs) };
  const files = generateFactoryRelease(release).files.map((file) => file.bytes);
  const unit = createVirtualUnit({
    platform,
    identity: { deviceId: '0'.repeat(24), serialNumber: undefined, mobileSecret: undefined },
    imei: '',
    sim: 'none',
    modules: platform.family === 'rtl' ? [masterBootRecord(platform.platform), ...files] : files,
  });
  const [internal] = platform.banks;
  if (internal === undefined) throw new Error(`A ${name} has no flash.`);
  const { coProcessorVersion } = platform;
  return {
    platform,
    flash: unit.readFlash(internal.base, internal.sizeBytes),
    base: internal.base,
    coProcessor: coProcessorVersion === undefined ? undefined : new CoProcessor(coProcessorVersion, CLOCK),
    assets: [],
  };
}

const CLOCK = createUnitClock({ speed: 1000 });

/** What such a unit would report to the station. */
export function reportsOf(unit: RestingUnit): readonly ModuleReport[] {
  return findModules(hardwareOf(unit)).map((module) => ({
    function: module.function,
    index: module.index,
    version: module.version,
    store: module.slot.store,
    faults: faultsOf(module),
    dependencies: module.dependencies,
    sizeBytes: module.sizeBytes,
    sha256: Buffer.from(module.hash).toString('hex'),
  }));
}

function faultsOf(module: InstalledModule): readonly ModuleFault[] {
  const checks: readonly (readonly [boolean, ModuleFault])[] = [
    [module.isIntact, 'integrity'],
    [module.hasDependencies, 'dependencies'],
    [module.isInRange, 'range'],
    [module.isRightPlatform, 'platform'],
  ];
  return checks.filter(([passed]) => !passed).map(([, fault]) => fault);
}

/**
 * Carries a plan out on a copy of the unit and starts it, by the virtual unit's own update check and start-up rules. The assets are
 * believed to arrive. A string says where the unit refused; else how it came up.
 */
export function startAfter(unit: RestingUnit, plan: FlashPlan, assets: readonly RawAsset[]): string | BootDecision {
  let written: RestingUnit = { ...unit, flash: Uint8Array.from(unit.flash) };
  for (const update of plan.before) {
    const installed = install(written, update);
    if (typeof installed === 'string') return installed;
    written = installed;
  }
  for (const { address, bytes, what } of plan.writes) {
    const offset = address - written.base;
    if (offset < 0 || offset + bytes.length > written.flash.length) return `${what} is written outside of the flash`;
    written.flash.set(bytes, offset);
  }
  for (const step of plan.after) {
    if (!('module' in step) || step.module.function === 'asset') continue;
    const installed = install(written, step);
    if (typeof installed === 'string') return installed;
    written = installed;
  }
  const needs = assets.map(({ name, bytes }) => ({ name, sha256: sha256(bytes) }));
  return decideBoot(hardwareOf({ ...written, assets: needs }), { into: 'normal' });
}

/** The unit with an update in it, or in words that it refused. */
function install(unit: RestingUnit, { bytes, what }: PlannedUpdate): string | RestingUnit {
  const installed = findModules(hardwareOf(unit));
  const version = installed.find((module) => module.function === 'system-part')?.version ?? 0;
  const checked = checkUpdate(bytes, {
    platform: unit.platform,
    era: systemEra(unit.platform.family, version),
    installed,
  });
  if ('refused' in checked) return `the unit refuses ${what} with result ${checked.refused}`;
  let { coProcessor } = unit;
  for (const { prefix, bytes: module } of checked.modules) {
    if (prefix.function === 'ncp') coProcessor = new CoProcessor(prefix.version, CLOCK);
    else unit.flash.set(flashContent(prefix, module), prefix.startAddress - unit.base);
  }
  return { ...unit, coProcessor };
}

function hardwareOf({ platform, flash, base, coProcessor, assets }: RestingUnit): BootHardware {
  const read = (address: number, length: number): Uint8Array => {
    const offset = address - base;
    // What lies outside is external flash: blank, as on a new unit.
    if (offset < 0 || offset + length > flash.length) return new Uint8Array(length).fill(0xff);
    return flash.slice(offset, offset + length);
  };
  return { platform, flash: { read }, coProcessor, settings: { isSetupDone: true }, assets: { list: () => assets } };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
