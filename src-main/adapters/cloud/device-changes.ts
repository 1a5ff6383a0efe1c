import * as z from 'zod';
import { StationError } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import { parseProductVersion } from '../../domain/product-version.ts';
import type { CloudDevices, DeviceChange } from '../../ports/cloud-devices.ts';
import { isUnknownDevice } from './absent.ts';
import { askBySdk } from './ask-by-sdk.ts';
import { checkedAnswer } from './checked-answer.ts';
import type { Send } from './cloud-sender.ts';
import { changeDevice, notInProduct, requireChanged } from './device-calls.ts';
import { readDevice } from './device-views.ts';
import { noSuchVersion } from './firmware-reads.ts';
import { requireGroupName } from './group-name.ts';

type DeviceChanges = Pick<CloudDevices, 'change' | 'lock' | 'unlock' | 'ping' | 'editGroups'>;

/**
 * Changes to devices (cloud-api.md 2.5, 2.6). Beside the SDK: it can set no groups, neither of one device nor of many, and cannot ping
 * (4.2). Locks are its own.
 */
export function deviceChanges(send: Send): DeviceChanges {
  return {
    async change(productId, deviceId, change, options) {
      const body = bodyOf(change);
      if (Object.keys(body).length > 0) await changeDevice(send, productId, deviceId, body, options);
    },

    async lock(productId, deviceId, { version, flash }, options) {
      const parsed = parseProductVersion(version);
      if (!parsed.ok) throw new StationError(parsed.failure.code, parsed.failure.detail);
      const desired = { desiredFirmwareVersion: version, ...(flash === 'now' ? { flash: true } : {}) };
      const order = { product: productId, deviceId, ...desired };
      const locked = await askBySdk(send, options, (sdk) => sdk.lockDeviceProductFirmware(order), MEMBER_ONLY);
      try {
        requireChanged(productId, deviceId, locked);
      } catch (thrown) {
        // What the cloud says of a lock to a version it does not have is UNVERIFIED; with 404 it could be about the device as well.
        if (!(thrown instanceof StationError) || thrown.code !== 'cloud/not-in-product') throw thrown;
        const isThere = (await readDevice(send, productId, deviceId, options)) !== undefined;
        throw isThere ? noSuchVersion(productId, version) : thrown;
      }
    },

    async unlock(productId, deviceId, options) {
      const order = { product: productId, deviceId };
      const unlocked = await askBySdk(send, options, (sdk) => sdk.unlockDeviceProductFirmware(order), MEMBER_ONLY);
      requireChanged(productId, deviceId, unlocked);
    },

    async ping(productId, deviceId, options) {
      const path = `/v1/products/${productId}/devices/${deviceId}/ping`;
      const received = await send({ method: 'PUT', path, body: {}, isAbsence: isUnknownDevice }, options);
      if (received === undefined) throw notInProduct(productId, deviceId);
      return checkedAnswer(z.looseObject({ online: z.boolean() }), received).online;
    },

    async editGroups(productId, devices, { add = [], remove = [] }, options) {
      for (const name of [...add, ...remove]) requireGroupName(name);
      const both = add.find((name) => remove.includes(name));
      if (both !== undefined) throw new StationError('request/invalid', `Group ${both} is to be added and removed.`);
      if (devices.length === 0 || add.length + remove.length === 0) return;
      const path = `/v1/products/${productId}/devices`;
      const metadata = { add: [...add], remove: [...remove] };
      const body = { action: 'groups', devices: [...devices], metadata };
      await send({ method: 'PUT', path, body, acceptsEmpty: true }, options);
    },
  };
}

const MEMBER_ONLY = { isAbsence: isUnknownDevice };

function bodyOf({ name, notes, groups, isDevelopment }: DeviceChange): JsonObject {
  groups?.forEach(requireGroupName);
  return {
    ...(name === undefined ? {} : { name }),
    ...(notes === undefined ? {} : { notes }),
    ...(groups === undefined ? {} : { groups: [...groups] }),
    ...(isDevelopment === undefined ? {} : { development: isDevelopment }),
  };
}
