import type { FirmwareModule } from '../../../src-main/firmware/firmware-module.ts';
import type { Recipe } from '../../../src-main/firmware/recipe.ts';
import { isValid } from '../../../src-main/virtual/unit/installed-modules.ts';
import type { VirtualUnit } from '../../../src-main/virtual/unit/virtual-unit.ts';
import { internalFlash } from './units.ts';

/**
 * What is wrong with the flash of a unit that passed, held byte for byte against the recipe's files and against what the flash held
 * before, where that is given; empty when nothing is. Every module lies in its place as its file says (without its prefix where that is dropped), nothing
 * else was touched but the rest of the erase units it begins or ends in, no former application is left to win over the new one, and
 * what goes over control requests is there or newer.
 */
export function wrongInFlash(unit: VirtualUnit, recipe: Recipe, before: Uint8Array | undefined): readonly string[] {
  const after = internalFlash(unit);
  const base = unit.platform.banks[0]?.base ?? 0;
  const written = [...recipe.system, recipe.application];
  const updated = [recipe.bootloader, recipe.prebootloader].filter((module) => module !== undefined);
  const wrong: string[] = [];
  for (const module of written) {
    const kept = module.function === 'radio-stack' && before !== undefined && isUntouched(module, before, after, base);
    const at = kept ? -1 : firstDifference(contentOf(module), after, module.startAddress - base);
    if (at >= 0) wrong.push(`${module.function} ${module.index} differs from its file at byte ${at}`);
  }
  for (const module of updated) {
    const installed = unit.modules().find((one) => one.function === module.function && one.index === module.index);
    const isEqual = firstDifference(contentOf(module), after, module.startAddress - base) < 0;
    const isNewer = installed !== undefined && installed.version >= module.version && isValid(installed);
    if (!isEqual && !isNewer) wrong.push(`${module.function} ${module.index} is neither the recipe's nor newer`);
  }
  for (const asset of recipe.assets) {
    const isThere = unit.assets().some(({ name, sha256 }) => name === asset.name && sha256 === asset.sha256);
    if (!isThere) wrong.push(`the asset ${asset.name} is not there`);
  }
  const coProcessor = unit.modules().find((one) => one.function === 'ncp');
  if (recipe.ncp !== undefined && (coProcessor?.version ?? 0) < recipe.ncp.version) {
    wrong.push(`the co-processor has version ${coProcessor?.version}`);
  }
  const stray = before === undefined ? undefined : firstStray(unit, [...written, ...updated], before, after);
  if (stray !== undefined)
    wrong.push(`0x${stray.toString(16)} was changed and is the place of no module of the recipe`);
  const running = unit.modules().find((one) => one.function === 'user-part' && one.slot.store === 'main');
  if (Buffer.from(running?.hash ?? []).toString('hex') !== recipe.application.sha256) {
    wrong.push(`application ${running?.index ?? 'none'} would run, not the recipe's`);
  }
  const broken = unit.modules().find((one) => one.slot.store === 'main' && !(isValid(one) && one.hasDependencies));
  if (broken !== undefined) wrong.push(`${broken.function} ${broken.index} is not valid`);
  return wrong;
}

function contentOf(module: FirmwareModule): Uint8Array {
  return module.flags.dropHeader ? module.bytes.subarray(module.prefixSize) : module.bytes;
}

function isUntouched(module: FirmwareModule, before: Uint8Array, after: Uint8Array, base: number): boolean {
  const from = module.startAddress - base;
  const to = from + contentOf(module).length;
  return Buffer.compare(before.subarray(from, to), after.subarray(from, to)) === 0;
}

function firstDifference(content: Uint8Array, flash: Uint8Array, from: number): number {
  if (Buffer.compare(content, flash.subarray(from, from + content.length)) === 0) return -1;
  return content.findIndex((byte, at) => flash[from + at] !== byte);
}

/** The first changed byte in an erase unit that nothing of the recipe has to do with. */
function firstStray(
  unit: VirtualUnit,
  modules: readonly FirmwareModule[],
  before: Uint8Array,
  after: Uint8Array,
): number | undefined {
  const base = unit.platform.banks[0]?.base ?? 0;
  const allowed = [
    ...modules.map(({ startAddress, endAddress }) => [startAddress, endAddress + 4] as const),
    ...besides(unit),
  ];
  for (const [start, end] of eraseUnits(unit)) {
    if (allowed.some(([from, to]) => from < end && to > start)) continue;
    if (Buffer.compare(before.subarray(start - base, end - base), after.subarray(start - base, end - base)) === 0)
      continue;
    for (let at = start; at < end; at++) if (before[at - base] !== after[at - base]) return at;
  }
  return undefined;
}

/** Where an update waits and assets lie, the page that is blanked, and on Electron the bootloader that Device OS brings along itself. */
function besides({ platform }: VirtualUnit): readonly (readonly [number, number])[] {
  const { updateSlot, assetArea } = platform;
  const places: (readonly [number, number])[] = [[updateSlot.address, updateSlot.address + updateSlot.sizeBytes]];
  if (assetArea !== undefined) places.push([assetArea.address, assetArea.address + assetArea.sizeBytes]);
  if (platform.family === 'nrf') places.push([0xd4000, 0xd5000]);
  if (platform.platform.name === 'electron') places.push([0x0800_0000, 0x0800_4000]);
  return places;
}

function* eraseUnits({ platform }: VirtualUnit): Generator<readonly [number, number]> {
  const [bank] = platform.banks;
  let start = bank?.base ?? 0;
  for (const { count, sizeBytes } of bank?.sectors ?? []) {
    for (let unit = 0; unit < count; unit++, start += sizeBytes) yield [start, start + sizeBytes];
  }
}
