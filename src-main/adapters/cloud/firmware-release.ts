import { StationError } from '../../domain/failure.ts';
import { releaseRefusal } from '../../domain/firmware-target.ts';
import type { CloudOptions } from '../../ports/cloud.ts';
import type { CloudFirmware, FirmwareRelease, ProductFirmware } from '../../ports/product-firmware.ts';
import { isUnknownHere } from './absent.ts';
import { askBySdk } from './ask-by-sdk.ts';
import { presentAnswer } from './checked-answer.ts';
import type { Send } from './cloud-sender.ts';
import { deviceCalls } from './device-calls.ts';
import { type FirmwareReads, noSuchVersion, readVersion, requireVersion } from './firmware-reads.ts';
import { requireGroupName } from './group-name.ts';

/** Edits and releases of versions (cloud-api.md 2.9); rejections as in ports/product-firmware.ts. */
export function firmwareRelease(send: Send, reads: FirmwareReads): Pick<ProductFirmware, 'edit' | 'release'> {
  const { listDevices } = deviceCalls(send);

  return {
    async edit(productId, version, { title, description }, options) {
      requireVersion(version);
      const change = {
        ...(title === undefined ? {} : { title }),
        ...(description === undefined ? {} : { description }),
      };
      if (Object.keys(change).length === 0) throw new StationError('request/invalid', 'Say what is to be changed.');
      const order = { product: productId, version, ...change };
      const here = { isAbsence: isUnknownHere };
      const received = await askBySdk(send, options, (sdk) => sdk.updateProductFirmware(order), here);
      if (received === undefined) throw noSuchVersion(productId, version);
      return readVersion(productId, version, received);
    },

    async release(productId, version, release, options) {
      const order = orderOf(productId, version, release);
      const before = await listed(productId, version, options);
      const refusal = releaseRefusal(version, await countUnits(productId, before, options));
      if (refusal !== undefined) throw new StationError(refusal.code, refusal.detail);
      await askForRelease(order, options);
      const after = await listed(productId, version, options);
      const missing = [
        ...(release.productDefault === true && !after.isProductDefault ? ['the whole product'] : []),
        ...(release.groups ?? []).filter((group) => !after.groups.includes(group)).map((group) => `group ${group}`),
      ];
      if (missing.length === 0) return after;
      const detail = `Product ${productId} took the release of version ${version}, but does not show it for ${missing.join(', ')}.`;
      throw new StationError('cloud/refused', detail);
    },
  };

  async function askForRelease(order: ReleaseOrder, options: CloudOptions): Promise<void> {
    try {
      presentAnswer(await askBySdk(send, options, (sdk) => sdk.releaseProductFirmware(order)));
    } catch (thrown) {
      // The body of the cloud's own safeguard is UNVERIFIED; its words are looked for in whatever it says.
      const isSafeguard = thrown instanceof StationError && thrown.code === 'cloud/refused' && RUN.test(thrown.message);
      if (!isSafeguard) throw thrown;
      const detail = `Product ${order.product} does not release version ${order.version}: ${thrown.message}`;
      throw new StationError('cloud/not-yet-run', detail, { cause: thrown, evidence: thrown.evidence ?? {} });
    }
  }

  /** From the list, because only there groups and units are documented. */
  async function listed(productId: number, version: number, options: CloudOptions): Promise<CloudFirmware> {
    const found = (await reads.list(productId, options)).find((firmware) => firmware.version === version);
    if (found === undefined) throw noSuchVersion(productId, version);
    return found;
  }

  /** What `device_count` counts is not said (2.9), so none is believed only after the units themselves were looked through. */
  async function countUnits(productId: number, { version, deviceCount = 0 }: CloudFirmware, options: CloudOptions) {
    if (deviceCount > 0) return deviceCount;
    for (let page = 1, totalPages = 1; page <= totalPages; page += 1) {
      const found = await listDevices(productId, { page, perPage: UNITS_PER_PAGE }, options);
      if (found.rows.some(({ firmwareVersion, quarantined }) => firmwareVersion === version && !quarantined)) return 1;
      totalPages = found.totalPages;
    }
    return 0;
  }
}

const UNITS_PER_PAGE = 200;

const RUN = /\brun(ning)?\b|at least one device/i;

/** In the words of the SDK. */
type ReleaseOrder = {
  readonly product: number;
  readonly version: number;
  readonly product_default?: boolean;
  readonly groups?: string[];
  readonly intelligent?: boolean;
};

function orderOf(productId: number, version: number, release: FirmwareRelease): ReleaseOrder {
  const { productDefault, groups, immediately } = release;
  requireVersion(version);
  if (productDefault === undefined && groups === undefined) {
    throw new StationError('request/invalid', 'Say whether to release to the whole product or to which groups.');
  }
  groups?.forEach(requireGroupName);
  return {
    product: productId,
    version,
    ...(productDefault === undefined ? {} : { product_default: productDefault }),
    ...(groups === undefined ? {} : { groups: [...groups] }),
    ...(immediately === undefined ? {} : { intelligent: immediately }),
  };
}
