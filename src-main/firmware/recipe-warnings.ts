import { parseDeviceOsVersion } from '../domain/device-os-version.ts';
import { lifecycleWarnings } from '../domain/lifecycle.ts';
import { canHaveWildcard, needsClaim, whenConnecting } from '../domain/membership-rules.ts';
import { mixWarnings } from '../domain/platform-mix.ts';
import { activatedBy, slowestActivation } from '../domain/sim-rules.ts';
import { parseSku, type Sku, skuRow } from '../domain/sku.ts';
import { bindingOf, builtWith } from './check-application.ts';
import { nameModuleVersion, releasesOf } from './device-os-releases.ts';
import type { FirmwareModule } from './firmware-module.ts';
import type { RecipeFile } from './recipe-file.ts';

/**
 * What a recipe that passed every gate has in it that is allowed and yet worth a supervisor's look: one sentence each, in a fixed
 * order. Pure.
 */
export function recipeWarnings(application: FirmwareModule, file: RecipeFile, deviceOs: number): readonly string[] {
  const skus = file.skus.flatMap((text) => {
    const sku = parseSku(text);
    return sku.ok ? [sku.value] : [];
  });
  return [
    ...ageOf(application, file, deviceOs),
    ...wildcardWarning(application, file),
    ...lifecycleWarnings(skus),
    ...mixWarnings(skus),
    ...simWarnings(skus, file),
    ...claimWarning(file),
    ...connectsTooEarly(application, file),
  ];
}

/** Gate 12: an application for an older Device OS is right by the rules and yet said; one for a much older one the more so. */
function ageOf(application: FirmwareModule, file: RecipeFile, deviceOs: number): readonly string[] {
  const needed = builtWith(application, file);
  if (needed === undefined || needed >= deviceOs) return [];
  const isFar = Math.floor(deviceOs / 1000) - Math.floor(needed / 1000) >= 2;
  const detail = `${application.fileName} was built for Device OS ${nameModuleVersion(needed)} and will run on ${nameModuleVersion(deviceOs)}`;
  return [isFar ? `${detail}, two or more major releases later.` : `${detail}.`];
}

/** The wildcard product ID is documented for Device OS 1.5 to 3.x (cloud-api.md R18); older firmware has to name its product. */
function wildcardWarning(application: FirmwareModule, file: RecipeFile): readonly string[] {
  const needed = builtWith(application, file);
  const [release] = needed === undefined || needed >= 4000 ? [] : releasesOf(needed);
  if (release === undefined || application.productId === file.productId) return [];
  const parsed = parseDeviceOsVersion(release);
  if (!parsed.ok || canHaveWildcard(parsed.value)) return [];
  return [`${application.fileName} has the wildcard product ID, which is known to work only from Device OS 1.5 on.`];
}

/**
 * A SIM that the recipe handles in another way than its SKU needs, which nobody would notice before the units are at the customer:
 * a 4FF card that is never imported stays off (cloud-api.md R23). `none` says that the SIM is not the vendor's, or not wanted.
 */
function simWarnings(skus: readonly Sku[], { sim }: RecipeFile): readonly string[] {
  if (sim.form === 'none') return [];
  const wanted = sim.form === 'removable' ? 'import' : 'pre-add';
  const odd = skus.find((sku) => ![wanted, 'nothing'].includes(activatedBy(skuRow(sku))));
  const form =
    odd === undefined
      ? []
      : [
          wanted === 'pre-add'
            ? `${odd} has a loose SIM card, which this recipe never imports: it would stay off.`
            : `${odd} has an embedded SIM, which the product activates by itself; this recipe imports it once more.`,
        ];
  if (sim.mayBePending || skus.length === 0 || slowestActivation(skus.map(skuRow)) === 'fast') return form;
  return [...form, 'No unit passes before its SIM is active, which can take up to a day with these units.'];
}

/** A unit in a product does its work unclaimed (cloud-api.md R6); Photon and P1 set up by phone are the ones that may need it. */
function claimWarning({ cloud, platform }: RecipeFile): readonly string[] {
  const hasPhoneSetUp = platform.name === 'photon' || platform.name === 'p1';
  if (cloud.claimUser === undefined || needsClaim({ isInProduct: true, hasPhoneSetUp })) return [];
  return [`Units will be claimed by ${cloud.claimUser}; a unit in a product needs no owner.`];
}

/**
 * A unit that passes before the product has it must not connect before either (cloud-api.md R16 to R18). An embedded SIM and a loose one
 * are off until then (R3, R22, R23); a unit with neither, or with another company's SIM, connects as soon as somebody switches it on.
 */
function connectsTooEarly(application: FirmwareModule, file: RecipeFile): readonly string[] {
  if (!file.cloud.finishLater || file.sim.form !== 'none') return [];
  const fate = whenConnecting({ isPreAdded: false, binding: bindingOf(application, file) }, 'quarantine');
  const where = fate === 'quarantined' ? 'is put in quarantine' : 'is in no product and gets none of its firmware';
  return [
    `Units may pass before the product has them, and nothing keeps these offline: one that connects until then ${where}. Keep units that are only built switched off.`,
  ];
}
