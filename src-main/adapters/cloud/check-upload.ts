import type { Failure } from '../../domain/failure.ts';
import { failure, StationError } from '../../domain/failure.ts';
import { uploadRefusal } from '../../domain/firmware-target.ts';
import { productBinding } from '../../domain/membership-rules.ts';
import { type Platform, platformById } from '../../domain/platform.ts';
import { builtWith } from '../../firmware/check-application.ts';
import { checkFunction } from '../../firmware/check-module-kinds.ts';
import type { FirmwareModule } from '../../firmware/firmware-module.ts';
import { parseModule } from '../../firmware/parse-module.ts';
import type { CloudProduct } from '../../ports/cloud.ts';
import type { FirmwareUpload } from '../../ports/product-firmware.ts';
import { readBundle } from '../store/read-bundle.ts';
import { beginsAsZip } from '../store/release-files.ts';

/**
 * Reads the application of a product binary or bundle and holds it against the order and the product (cloud-api.md R15 to R18, R30).
 * Throws `cloud/firmware-mismatch` when version, platform or product are other ones, `firmware/…` or `store/…` when the file is none
 * that could be uploaded, `request/invalid` for a title of nothing.
 */
export async function checkUpload(product: CloudProduct, upload: FirmwareUpload): Promise<void> {
  if (upload.title.trim() === '') throw new StationError('request/invalid', 'A version needs a title.');
  const application = await readApplication(upload);
  refuseIf(checkFunction(application, 'user-part'));
  refuseIf(uploadRefusal(upload.version, application.productVersion));
  refuseIf(platformMismatch(product, application));
}

async function readApplication({ bytes, fileName }: FirmwareUpload): Promise<FirmwareModule> {
  if (beginsAsZip(bytes)) return (await readBundle(bytes, fileName)).application;
  const module = parseModule(bytes, fileName);
  if (!module.ok) throw new StationError(module.failure.code, module.failure.detail);
  return module.value;
}

function platformMismatch(product: CloudProduct, application: FirmwareModule): Failure | undefined {
  const { fileName, platformId, productId: found } = application;
  const platform = platformById(platformId);
  if (platform === undefined || platformId !== product.platformId) {
    const is = platform?.displayName ?? `platform ${platformId}`;
    const detail = `${fileName} is for ${is}, product ${product.id} is for platform ${product.platformId}.`;
    return failure('cloud/firmware-mismatch', detail, { expected: product.platformId, found: platformId });
  }
  if (productBinding(found, product, eraOf(application, platform)) !== 'foreign') return undefined;
  const detail = `${fileName} was built for product ${found ?? 'none'}, not for product ${product.id}.`;
  return failure('cloud/firmware-mismatch', detail, { expected: product.id, found: found ?? null });
}

function eraOf(application: FirmwareModule, platform: Platform): 'since-4.0' | 'before-4.0' {
  return (builtWith(application, { platform }) ?? 0) >= 4000 ? 'since-4.0' : 'before-4.0';
}

function refuseIf(refusal: Failure | undefined): void {
  if (refusal === undefined) return;
  const { code, detail, evidence } = refusal;
  throw new StationError(code, detail, evidence === undefined ? {} : { evidence });
}
