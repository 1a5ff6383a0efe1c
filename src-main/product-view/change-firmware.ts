import { type Failure, StationError } from '../domain/failure.ts';
import { deletionRefusal } from '../domain/firmware-target.ts';
import type { ProductChange } from '../domain/product-view.ts';
import type { FirmwareImpact } from '../ports/cloud-groups.ts';
import type { CloudFirmware, FirmwareRelease, FirmwareUpload } from '../ports/product-firmware.ts';
import { requireConfirmed } from './confirmed.ts';
import type { ProductAccess } from './product-access.ts';
import { viewedFirmware } from './view-product.ts';

/** Uploads a product binary under the version that is compiled into it. Nothing is released by that. */
export async function uploadFirmware(access: ProductAccess, upload: FirmwareUpload): Promise<ProductChange> {
  const { cloud, productId, options } = access;
  const { kind, firmware } = await cloud.firmware.upload(productId, upload, options);
  const isNew = kind === 'uploaded';
  return {
    said: isNew
      ? `Version ${firmware.version} is in product ${productId} now.`
      : `Version ${firmware.version} was in product ${productId} already, with these very bytes.`,
    notes: isNew ? ['Lock it to one unit and see it run there before you release it.'] : [],
    firmware: viewedFirmware(firmware),
  };
}

/**
 * Releases a version to the whole product or to groups. The question says how many units would load it over the air, because that is
 * what it costs; where the token may not ask for that number, it says so.
 */
export async function releaseFirmware(
  access: ProductAccess,
  version: number,
  release: FirmwareRelease,
  isConfirmed?: boolean,
): Promise<ProductChange> {
  const { cloud, productId, options } = access;
  const { productDefault = false, groups = [] } = release;
  if (!productDefault && groups.length === 0) {
    throw new StationError('request/invalid', 'Say whether to release to the whole product or to which groups.');
  }
  await requireVersion(access, version);
  const where = [...(productDefault ? ['the whole product'] : []), ...groups.map((group) => `group ${group}`)].join(
    ', ',
  );
  if (isConfirmed !== true) {
    const impact = await impactOf(access, version, productDefault, groups);
    requireConfirmed(isConfirmed, `Version ${version} would be released to ${where}; ${sayImpact(impact)}.`);
  }
  const released = await cloud.firmware.release(productId, version, release, options);
  return {
    said: `Version ${version} is released to ${where}.`,
    notes: [
      release.immediately === true
        ? 'Units that are online load it now, the others when they next come online.'
        : 'Each unit loads it when it next comes online.',
    ],
    firmware: viewedFirmware(released),
  };
}

/** Deletes a version that was never released (R37). */
export async function deleteFirmware(
  access: ProductAccess,
  version: number,
  isConfirmed?: boolean,
): Promise<ProductChange> {
  const { cloud, productId, options } = access;
  const before = await requireVersion(access, version);
  const refusal = deletionRefusal(version, before);
  if (refusal !== undefined) throw asError(refusal);
  requireConfirmed(isConfirmed, `Version ${version} (${before.title}) would be deleted from product ${productId}.`);
  await cloud.firmware.delete(productId, version, options);
  return { said: `Version ${version} is deleted.`, notes: [] };
}

async function requireVersion({ cloud, productId, options }: ProductAccess, version: number): Promise<CloudFirmware> {
  const found = await cloud.firmware.get(productId, version, options);
  if (found !== undefined) return found;
  throw new StationError('cloud/not-found', `Product ${productId} has no firmware version ${version}.`);
}

/** Undefined when the cloud would not say: the number helps a person decide, and its absence must not stop a release. */
async function impactOf(
  { cloud, productId, options }: ProductAccess,
  version: number,
  productDefault: boolean,
  groups: readonly string[],
): Promise<FirmwareImpact | undefined> {
  try {
    return await cloud.groups.impact(productId, { version, groups, productDefault }, options);
  } catch (thrown) {
    if (thrown instanceof StationError && !options.signal.aborted) return undefined;
    throw thrown;
  }
}

function sayImpact(impact: FirmwareImpact | undefined): string {
  if (impact === undefined) return 'how many units would load it, the cloud does not tell';
  if (impact.total === 0) return 'no unit would load it now';
  const from = impact.byVersion
    .filter(({ devices }) => devices > 0)
    .map(({ version, devices }) => `${devices} from ${version === undefined ? 'none' : `version ${version}`}`);
  const units = impact.total === 1 ? '1 unit' : `${impact.total} units`;
  return `${units} would load it over the air${from.length === 0 ? '' : ` (${from.join(', ')})`}`;
}

function asError({ code, detail, evidence }: Failure): StationError {
  return new StationError(code, detail, evidence === undefined ? {} : { evidence });
}
