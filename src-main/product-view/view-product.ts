import { overTheAirWarning } from '../domain/firmware-target.ts';
import { lifecycleWarnings } from '../domain/lifecycle.ts';
import { platformById } from '../domain/platform.ts';
import type { ViewedFirmware, ViewedGroup, ViewedMember, ViewedProduct } from '../domain/product-view.ts';
import { parseSku } from '../domain/sku.ts';
import type { CloudFirmware } from '../ports/product-firmware.ts';
import type { ProductAccess } from './product-access.ts';

/** What this station builds of a product, as far as the view holds it against the cloud. */
export type BuiltHere = {
  readonly productId: number;
  readonly productVersion: number;
  readonly platformId: number;
  readonly skus: readonly string[];
};

/** The product itself, and what a supervisor should look at before units are built for it. */
export async function viewProduct(
  { cloud, productId, options }: ProductAccess,
  builds: readonly BuiltHere[] = [],
): Promise<{ readonly product: ViewedProduct; readonly warnings: readonly string[] }> {
  const [detail, firmware] = await Promise.all([
    cloud.products.detail(productId, options),
    cloud.firmware.list(productId, options),
  ]);
  const platform = platformById(detail.platformId);
  const defaultFirmware = firmware.find(({ isProductDefault }) => isProductDefault)?.version;
  const { id, name, slug, description, platformId, owner, deviceProtection, groups, quarantinesUnknown } = detail;
  return {
    product: {
      id,
      name,
      slug,
      description,
      platformId,
      platform: platform?.displayName,
      owner,
      unknownUnits: quarantinesUnknown === undefined ? undefined : quarantinesUnknown ? 'quarantine' : 'auto-approve',
      deviceProtection,
      groups,
      defaultFirmware,
    },
    warnings: [
      ...(platform === undefined ? [`Platform ${platformId} is not one this station knows.`] : []),
      ...(quarantinesUnknown === false
        ? ['Units with Device OS 3.x that nobody added join this product by themselves.']
        : []),
      ...builds
        .filter((built) => built.productId === productId)
        .flatMap((built) => warningsOf(built, platformId, defaultFirmware)),
    ].filter((warning, at, all) => all.indexOf(warning) === at),
  };
}

/** The people and programs that may use the product. */
export async function viewTeam({ cloud, productId, options }: ProductAccess): Promise<readonly ViewedMember[]> {
  const team = await cloud.products.team(productId, options);
  return team.map(({ username, role, isProgram, friendlyName, scopes }) => {
    return { username, role, isProgram, friendlyName, rights: scopes };
  });
}

/** The groups of the product, by name, with the version released to each. */
export async function viewGroups({ cloud, productId, options }: ProductAccess): Promise<readonly ViewedGroup[]> {
  const groups = await cloud.groups.list(productId, options);
  return groups
    .map(({ name, description, firmwareVersion }) => ({ name, description, firmwareVersion }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Every uploaded version, newest first, and where it is released. */
export async function viewFirmware({ cloud, productId, options }: ProductAccess): Promise<readonly ViewedFirmware[]> {
  const firmware = await cloud.firmware.list(productId, options);
  return firmware.map(viewedFirmware).sort((one, other) => other.version - one.version);
}

/** A version as it is shown. */
export function viewedFirmware(one: CloudFirmware): ViewedFirmware {
  const {
    version,
    title,
    description,
    name,
    sizeBytes,
    isProductDefault,
    groups,
    uploadedAt,
    uploadedBy,
    deviceCount,
  } = one;
  return {
    version,
    title,
    description,
    fileName: name,
    sizeBytes,
    isProductDefault,
    groups,
    uploadedAt,
    uploadedBy,
    units: deviceCount,
  };
}

function warningsOf(built: BuiltHere, platformId: number, released: number | undefined): readonly string[] {
  const skus = built.skus.flatMap((text) => {
    const sku = parseSku(text);
    return sku.ok ? [sku.value] : [];
  });
  const overTheAir = overTheAirWarning(built.productVersion, released);
  return [
    ...(built.platformId === platformId
      ? []
      : [`This station builds platform ${built.platformId} for it; the cloud has it as ${platformId}.`]),
    ...(overTheAir === undefined ? [] : [overTheAir]),
    ...lifecycleWarnings(skus),
  ];
}
