import { type Failure, failure, ok, type Result } from '../domain/failure.ts';
import type { ModuleReport } from '../domain/module-report.ts';
import type { FirmwareModule } from './firmware-module.ts';
import { firstProblem } from './first-problem.ts';
import type { AssetNeed } from './module-extensions.ts';
import { broughtByRequest, whyLeftAlone } from './planned-updates.ts';
import type { Recipe } from './recipe.ts';

/** What the module list proves: the running application is the recipe's, by the SHA-256 of its suffix. */
export type ModulesProven = { readonly productBinarySha256: string };

/** What a unit answers to request 91: the assets that lie in it, and those its application asks for. */
export type AssetsReported = { readonly available: readonly AssetNeed[]; readonly required: readonly AssetNeed[] };

/**
 * Holds the module list a restarted unit reports against the recipe, as firmware-modules.md 7.3 demands: every module of the
 * recipe present in the main store, at exactly its version, under its index, with no failed check, with its hash where one
 * is reported; the bootloader new enough, and what else goes by request at least as new as the recipe's. An application with assets
 * needs `assets` too: they are exactly the recipe's and all there. Pure.
 *
 * Refuses with `prove/module-missing`, `prove/module-invalid`, `prove/wrong-version`, `prove/wrong-product-binary`, and last,
 * when all that is fine and only the application's hash or the assets were not reported, `prove/no-proof`.
 */
export function proveModules(
  reports: readonly ModuleReport[],
  recipe: Recipe,
  assets?: AssetsReported,
): Result<ModulesProven> {
  const running = reports.filter((report) => report.store === 'main');
  const problem =
    firstProblem(recipe.system, (module) => systemProblem(module, running)) ??
    firstProblem(broughtByRequest(recipe), (module) => requestedProblem(module, running, recipe)) ??
    faultProblem(running) ??
    firstProblem([...recipe.system, recipe.application], (module) => needsProblem(module, running)) ??
    applicationProblem(recipe.application, running) ??
    assetProblem(recipe, assets);
  return problem === undefined
    ? ok({ productBinarySha256: recipe.application.sha256 })
    : { ok: false, failure: problem };
}

function systemProblem(module: FirmwareModule, running: readonly ModuleReport[]): Failure | undefined {
  const name = `${module.function} ${module.index}`;
  const report = find(running, module);
  if (report === undefined) return failure('prove/module-missing', `The unit does not report ${name}.`);
  // The plan keeps a radio stack that is newer than the recipe's; a system part must be exactly the recipe's.
  const isRadioStack = module.function === 'radio-stack';
  if (isRadioStack ? report.version < module.version : report.version !== module.version) {
    const detail = `The unit runs ${name} at version ${report.version}, the recipe has ${module.version}.`;
    return failure('prove/wrong-version', detail, { expected: module.version, found: report.version });
  }
  // The radio stack's reported hash is not that of its file (firmware-modules.md 7.1).
  if (isRadioStack || report.sha256 === undefined || report.sha256 === module.sha256) return undefined;
  const detail = `The unit runs another build of ${name} ${module.version}: its SHA-256 is ${report.sha256}, the recipe's is ${module.sha256}.`;
  return failure('prove/wrong-version', detail, { expected: module.sha256, found: report.sha256 });
}

/** A bootloader or co-processor: the plan keeps a newer one, so newer is fine; the recipe's own version is the recipe's own build. */
function requestedProblem(
  module: FirmwareModule,
  running: readonly ModuleReport[],
  recipe: Recipe,
): Failure | undefined {
  if (whyLeftAlone(module, recipe, recipe.deviceOsModuleVersion) !== undefined) return undefined;
  const name = `${module.function} ${module.index}`;
  const report = find(running, module);
  if (report === undefined) return failure('prove/module-missing', `The unit does not report ${name}.`);
  if (report.version < module.version) {
    const detail = `The unit has ${name} at version ${report.version}, the recipe brings ${module.version}.`;
    return failure('prove/wrong-version', detail, { expected: module.version, found: report.version });
  }
  const isComparable = module.function === 'bootloader' && report.version === module.version;
  if (!isComparable || report.sha256 === undefined || report.sha256 === module.sha256) return undefined;
  const detail = `The unit has another build of ${name} ${module.version}: its SHA-256 is ${report.sha256}, the recipe's is ${module.sha256}.`;
  return failure('prove/wrong-version', detail, { expected: module.sha256, found: report.sha256 });
}

/** A check the unit itself failed, on any module that runs: it is in safe mode, or will be (firmware-modules.md 4.2). */
function faultProblem(running: readonly ModuleReport[]): Failure | undefined {
  const faulty = running.find((report) => report.faults.length > 0);
  if (faulty === undefined) return undefined;
  const detail = `The unit finds its ${faulty.function} ${faulty.index} faulty (${faulty.faults.join(', ')}).`;
  return failure('prove/module-invalid', detail, { faults: faulty.faults });
}

/** What the recipe's modules need and the recipe does not bring: the bootloader, above all. */
function needsProblem(module: FirmwareModule, running: readonly ModuleReport[]): Failure | undefined {
  for (const need of module.dependencies) {
    const report = find(running, need);
    const name = `${need.function} ${need.index}`;
    if (report === undefined) return failure('prove/module-missing', `The unit does not report ${name}.`);
    if (report.version < need.version) {
      const detail = `The unit has ${name} at version ${report.version}, ${module.fileName} needs ${need.version}.`;
      return failure('prove/wrong-version', detail, { expected: need.version, found: report.version });
    }
  }
  return undefined;
}

function applicationProblem(application: FirmwareModule, running: readonly ModuleReport[]): Failure | undefined {
  const report = find(running, application);
  if (report === undefined) {
    // A unit leaves an invalid application out of its list, and shows one in the former slot instead of the new one.
    const other = running.find((one) => one.function === 'user-part');
    if (other === undefined) return failure('prove/module-missing', 'The unit does not report an application.');
    const detail = `The unit runs an application in slot ${other.index}, the recipe's belongs into slot ${application.index}.`;
    return failure('prove/wrong-product-binary', detail, { expected: application.index, found: other.index });
  }
  if (report.sha256 === undefined) {
    return failure('prove/no-proof', 'The unit does not report the hash of its application.');
  }
  const sizeDiffers = report.sizeBytes !== undefined && report.sizeBytes !== application.bytes.length;
  if (report.sha256 === application.sha256 && report.version === application.version && !sizeDiffers) return undefined;
  const detail = `The unit runs another application: its SHA-256 is ${report.sha256}, the recipe's is ${application.sha256}.`;
  return failure('prove/wrong-product-binary', detail, { expected: application.sha256, found: report.sha256 });
}

function assetProblem(recipe: Recipe, reported: AssetsReported | undefined): Failure | undefined {
  if (recipe.assets.length === 0) return undefined;
  if (reported === undefined) return failure('prove/no-proof', 'The unit does not report its assets.');
  const isIn = (list: readonly AssetNeed[]) => (one: AssetNeed) =>
    list.some(({ name, sha256 }) => name === one.name && sha256 === one.sha256);
  const missing = recipe.assets.find((asset) => !isIn(reported.available)(asset));
  if (missing !== undefined) {
    const detail = `The unit does not have the asset ${missing.name} with SHA-256 ${missing.sha256}.`;
    return failure('prove/module-missing', detail, { asset: missing.name });
  }
  const strange = reported.required.find((asset) => !isIn(recipe.assets)(asset));
  const unasked = recipe.assets.find((asset) => !isIn(reported.required)(asset));
  if (strange === undefined && unasked === undefined) return undefined;
  const detail = `The unit's application asks for other assets than the recipe has, by ${(strange ?? unasked)?.name}.`;
  return failure('prove/wrong-product-binary', detail);
}

function find(
  running: readonly ModuleReport[],
  wanted: Pick<ModuleReport, 'function' | 'index'>,
): ModuleReport | undefined {
  return running.find((report) => report.function === wanted.function && report.index === wanted.index);
}
