import * as z from 'zod';
import type { DeviceId } from '../../domain/device-id.ts';
import { StationError } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { BulkCloud, CloudOptions } from '../../ports/cloud.ts';
import { isUnknownDevice } from './absent.ts';
import { badAnswer, checkedAnswer, presentAnswer } from './checked-answer.ts';
import type { CloudRequest, Received } from './cloud-request.ts';
import type { Send } from './cloud-sender.ts';
import { cloudDeviceOf, deviceAnswer } from './device-answer.ts';
import { importAnswer, judgeImport, sentIdentifier } from './device-import.ts';
import { importRefusal } from './import-refusal.ts';
import { pageMeta, pageOf, pageQueryOf } from './list-page.ts';
import { productAnswer } from './product-answer.ts';

type DeviceCalls = Pick<
  BulkCloud,
  'product' | 'addDevice' | 'addDevices' | 'device' | 'listDevices' | 'describeDevice'
>;

/** The product and the devices in it (cloud-api.md 2.2 to 2.5, 2.10); rejections as in ports/cloud.ts. */
export function deviceCalls(send: Send): DeviceCalls {
  return {
    async product(productId, options) {
      const received = presentAnswer(await send({ method: 'GET', path: `/v1/products/${productId}` }, options));
      const { id, name, slug, platform_id: platformId } = checkedAnswer(productAnswer, received).product;
      if (id !== productId) throw badAnswer(`it is about product ${id}, not ${productId}`, received);
      return { id, name, slug: slug ?? undefined, platformId };
    },

    async addDevice(productId, deviceId, options, claimUser) {
      // `import_sims` is always sent, because its default is UNVERIFIED (2.2.1).
      const order = {
        ids: [deviceId],
        import_sims: true,
        ...(claimUser === undefined ? {} : { claim_user: claimUser }),
      };
      const received = await askToImport(importRequest(productId, order), options);
      const verdict = judgeImport(checkedAnswer(importAnswer, received), [deviceId]).get(deviceId);
      if (verdict === undefined) throw new StationError('run/bug', `The import of ${deviceId} was not judged.`);
      if (verdict.kind !== 'refused') return verdict.kind;
      throw new StationError(verdict.code, `Product ${productId} did not take ${deviceId}: ${verdict.detail}.`, {
        evidence: { ...received.evidence, array: verdict.array },
      });
    },

    async addDevices(productId, { identifiers, importSims = true, claimUser }, options) {
      if (identifiers.length === 0) return new Map();
      const ids = [...new Set(identifiers.map(sentIdentifier))];
      const order = { ids, import_sims: importSims, ...(claimUser === undefined ? {} : { claim_user: claimUser }) };
      const request = { ...importRequest(productId, order), tryTimeoutMs: BULK_TRY_MS };
      const received = await askToImport(request, options);
      return judgeImport(checkedAnswer(importAnswer, received), identifiers);
    },

    async device(productId, deviceId, options) {
      const path = devicePath(productId, deviceId);
      const received = await send({ method: 'GET', path, isAbsence: isUnknownDevice }, options);
      if (received === undefined) return undefined;
      const device = checkedAnswer(deviceAnswer, received);
      if (device.id !== deviceId) throw badAnswer('it is about another device ID', received);
      return cloudDeviceOf(device);
    },

    async listDevices(productId, page, options) {
      const path = `/v1/products/${productId}/devices`;
      const received = presentAnswer(await send({ method: 'GET', path, query: pageQueryOf(page) }, options));
      const { devices, meta } = checkedAnswer(deviceList, received);
      const stray = devices.find((device) => device.product_id !== productId);
      if (stray !== undefined) throw badAnswer(`${stray.id} in it is in product ${stray.product_id}`, received);
      return pageOf(devices.map(cloudDeviceOf), meta);
    },

    async describeDevice(productId, deviceId, { name, notes, groups }, options) {
      const body: JsonObject = {
        ...(name === undefined ? {} : { name }),
        ...(notes === undefined ? {} : { notes }),
        ...(groups === undefined ? {} : { groups: [...groups] }),
      };
      if (Object.keys(body).length === 0) return;
      await changeDevice(send, productId, deviceId, body, options);
    },
  };

  async function askToImport(request: CloudRequest, options: CloudOptions): Promise<Received> {
    try {
      return presentAnswer(await send(request, options));
    } catch (thrown) {
      throw importRefusal(thrown);
    }
  }
}

/**
 * PUT of a device (2.5): the changed keys come back, which proves nothing; read the device. Safe to repeat. Rejects with
 * `cloud/not-in-product` when the product does not have it.
 */
export async function changeDevice(
  send: Send,
  productId: number,
  deviceId: DeviceId,
  body: JsonObject,
  options: CloudOptions,
): Promise<void> {
  const path = devicePath(productId, deviceId);
  requireChanged(productId, deviceId, await send({ method: 'PUT', path, body, isAbsence: isUnknownDevice }, options));
}

/** The answer to a change must be about that device; no answer is `cloud/not-in-product`. */
export function requireChanged(productId: number, deviceId: DeviceId, received: Received | undefined): void {
  if (received === undefined) throw notInProduct(productId, deviceId);
  const changed = checkedAnswer(changedDevice, received);
  if (changed.id !== deviceId) throw badAnswer('it is about another device ID', received);
}

/** `cloud/not-in-product` for a change to a device that the product does not have. */
export function notInProduct(productId: number, deviceId: DeviceId): StationError {
  return new StationError('cloud/not-in-product', `Product ${productId} does not have ${deviceId}.`);
}

/** A bulk import may take longer than other requests (3.3). */
const BULK_TRY_MS = 120_000;

const changedDevice = deviceAnswer.pick({ id: true });

const deviceList = z.looseObject({ devices: z.array(deviceAnswer), meta: pageMeta });

function devicePath(productId: number, deviceId: DeviceId): string {
  return `/v1/products/${productId}/devices/${deviceId}`;
}

function importRequest(productId: number, body: JsonObject): CloudRequest {
  return { method: 'POST', path: `/v1/products/${productId}/devices`, body };
}
