import { ok, type Result, refuse } from '../domain/failure.ts';
import { MODULE_FUNCTIONS, type ModuleDependency, type ModuleFunction } from '../domain/module-report.ts';
import { type AssetNeed, assetNeeds, type ModuleExtension, readExtensions } from './module-extensions.ts';

/** The 24-byte prefix of a module file (firmware-modules.md 1.2), read but not yet held against anything. */
export type ModulePrefix = {
  /** Where it stands in the file; the bytes before it are the vector table. */
  readonly offset: number;
  readonly size: number;
  readonly startAddress: number;
  readonly endAddress: number;
  /** File length that start and end address demand: end - start + 4. */
  readonly statedLength: number;
  readonly version: number;
  readonly platformId: number;
  readonly function: ModuleFunction;
  readonly index: number;
  readonly flags: {
    readonly dropHeader: boolean;
    readonly compressed: boolean;
    readonly combined: boolean;
    readonly encrypted: boolean;
    readonly extensions: boolean;
  };
  readonly dependencies: readonly ModuleDependency[];
  readonly extensions: readonly ModuleExtension[];
  readonly assets: readonly AssetNeed[];
  /** Why this line cannot use the module although it may be whole, in words that continue "FILE …". */
  readonly unsupported: string | undefined;
};

/**
 * Finds the prefix at one of the documented offsets and reads it. A candidate whose start and end address give exactly the
 * file's length is the one; another such candidate, or one all of whose fields are known, makes it ambiguous, which is refused.
 * Failing that, a candidate all of whose fields are known is returned, so that a cut-off file can be told from one that is no
 * module. Details continue "FILE …".
 */
export function readPrefix(file: Uint8Array): Result<ModulePrefix> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const candidates = PREFIX_OFFSETS.filter((offset) => offset + PREFIX_SIZE <= file.length)
    .map((offset) => readFields(view, offset))
    .filter((fields) => fields.endAddress > fields.startAddress && fields.functionNumber !== 0);
  const exact = candidates.filter((fields) => fields.statedLength === file.length);
  const chosen = exact[0] ?? candidates.find(isWhollyKnown);
  if (chosen === undefined) return refuse('firmware/not-a-module', 'has no module header');
  // A unit takes the first header that looks like one, whatever length that says.
  const isUnclear = candidates.some((other) => other !== chosen && (exact.includes(other) || isWhollyKnown(other)));
  if (exact.length > 0 && isUnclear) {
    return refuse('firmware/not-a-module', 'has two module headers, which makes it unclear what it is');
  }
  return completePrefix(file, chosen);
}

const PREFIX_SIZE = 24;

/**
 * Offsets of the table in firmware-modules.md 1.2: plain, nRF52 with vectors, Gen 2 with vectors, RTL872x bootloader, and the
 * legacy ones of Core and Bluz. That of the RTL872x prebootloader-mbr is UNVERIFIED; no line may flash it.
 */
const PREFIX_OFFSETS: readonly number[] = [0, 0x200, 0x184, 0x20, 0x10c, 0xc0];

/** Every platform that has modules (firmware-modules.md 3.1), also those no line builds: to name them in a refusal. */
const MODULE_PLATFORM_IDS: ReadonlySet<number> = new Set([
  0, 6, 8, 10, 12, 13, 14, 15, 22, 23, 24, 25, 26, 28, 32, 35, 37, 38,
]);

const FLAG = { dropHeader: 0x01, compressed: 0x02, combined: 0x04, encrypted: 0x08, extensions: 0x10 } as const;
const KNOWN_FLAGS = 0x1f;

type PrefixFields = {
  readonly offset: number;
  readonly startAddress: number;
  readonly endAddress: number;
  readonly statedLength: number;
  readonly flagBits: number;
  readonly version: number;
  readonly platformId: number;
  readonly functionNumber: number;
  readonly index: number;
  readonly dependencies: readonly { readonly number: number; readonly index: number; readonly version: number }[];
};

function readFields(view: DataView, offset: number): PrefixFields {
  const startAddress = view.getUint32(offset, true);
  const endAddress = view.getUint32(offset + 4, true);
  return {
    offset,
    startAddress,
    endAddress,
    statedLength: endAddress - startAddress + 4,
    flagBits: view.getUint8(offset + 9),
    version: view.getUint16(offset + 10, true),
    platformId: view.getUint16(offset + 12, true),
    functionNumber: view.getUint8(offset + 14),
    index: view.getUint8(offset + 15),
    dependencies: [16, 20].map((at) => ({
      number: view.getUint8(offset + at),
      index: view.getUint8(offset + at + 1),
      version: view.getUint16(offset + at + 2, true),
    })),
  };
}

function isWhollyKnown(fields: PrefixFields): boolean {
  return (
    MODULE_PLATFORM_IDS.has(fields.platformId) &&
    fields.functionNumber < MODULE_FUNCTIONS.length &&
    (fields.flagBits & ~KNOWN_FLAGS) === 0 &&
    fields.dependencies.every(isKnownDependency)
  );
}

/** An empty dependency has neither index nor version. */
function isKnownDependency(dependency: PrefixFields['dependencies'][number]): boolean {
  if (dependency.number === 0) return dependency.index === 0 && dependency.version === 0;
  return DEPENDED_ON.has(dependency.number);
}

/** Bootloader, system part, user part, co-processor, radio stack: what a unit has a place for. It meets no need for anything else. */
const DEPENDED_ON: ReadonlySet<number> = new Set([2, 4, 5, 7, 8]);

function completePrefix(file: Uint8Array, fields: PrefixFields): Result<ModulePrefix> {
  const { flagBits } = fields;
  const flags = {
    dropHeader: (flagBits & FLAG.dropHeader) !== 0,
    compressed: (flagBits & FLAG.compressed) !== 0,
    combined: (flagBits & FLAG.combined) !== 0,
    encrypted: (flagBits & FLAG.encrypted) !== 0,
    extensions: (flagBits & FLAG.extensions) !== 0,
  };
  const unsupported = whyUnsupported(fields, flags);
  const bodyStart = fields.offset + PREFIX_SIZE;
  const extensions = flags.extensions ? readExtensions(file.subarray(bodyStart)) : undefined;
  if (extensions !== undefined && !extensions.closed && unsupported === undefined) {
    return refuse('firmware/not-a-module', 'has a malformed extension list in its header');
  }
  const [first, second] = fields.dependencies;
  return ok({
    ...fields,
    size: PREFIX_SIZE + (extensions?.length ?? 0),
    function: MODULE_FUNCTIONS[fields.functionNumber] ?? 'none',
    flags,
    // A unit ignores the second dependency when the first is empty (firmware-modules.md 4.1).
    dependencies: first?.number === 0 ? [] : [first, second].flatMap(nameDependency),
    extensions: extensions?.entries ?? [],
    assets: assetNeeds(extensions?.entries ?? []),
    unsupported,
  });
}

function nameDependency(dependency: PrefixFields['dependencies'][number] | undefined): readonly ModuleDependency[] {
  if (dependency === undefined || dependency.number === 0) return [];
  const { number, index, version } = dependency;
  return [{ function: MODULE_FUNCTIONS[number] ?? 'none', index, version }];
}

function whyUnsupported(fields: PrefixFields, flags: ModulePrefix['flags']): string | undefined {
  if (fields.functionNumber >= MODULE_FUNCTIONS.length)
    return `is of module function ${fields.functionNumber}, not known`;
  // An asset belongs to no platform: it carries 0, which is also the Core's (firmware-modules.md 1.8).
  if (!MODULE_PLATFORM_IDS.has(fields.platformId)) return `is for platform ${fields.platformId}, which is not known`;
  const strange = fields.flagBits & ~KNOWN_FLAGS;
  if (strange !== 0) return `has the flag 0x${strange.toString(16)}, which is not known`;
  if (flags.encrypted) return 'is encrypted for one unit and cannot be used on a line';
  // A unit decompresses applications, system parts and assets alone (firmware-modules.md 1.8); of these an asset drops its header.
  const kind = MODULE_FUNCTIONS[fields.functionNumber];
  const isInflated = flags.dropHeader ? kind === 'asset' : kind === 'user-part' || kind === 'system-part';
  if (flags.compressed && !isInflated) return 'is compressed; use the uncompressed module';
  if (flags.combined) return 'is the first part of a combined file';
  if (!fields.dependencies.every(isKnownDependency)) return 'depends on something that is not known';
  return undefined;
}
