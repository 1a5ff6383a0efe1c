import type Particle from 'particle-api-js';
import * as z from 'zod';
import type { DeviceId } from '../../domain/device-id.ts';
import { StationError } from '../../domain/failure.ts';
import type { CloudOptions } from '../../ports/cloud.ts';
import type { CloudDeviceDetail, CloudDevices } from '../../ports/cloud-devices.ts';
import { askBySdk } from './ask-by-sdk.ts';
import { checkedAnswer, presentAnswer } from './checked-answer.ts';
import type { Send } from './cloud-sender.ts';
import { deviceCalls, notInProduct } from './device-calls.ts';
import { readDevice } from './device-views.ts';
import { importRefusal } from './import-refusal.ts';

type ClaimCalls = Pick<CloudDevices, 'approve' | 'claim' | 'claimFor' | 'requestTransfer'>;

/**
 * Taking devices in and claiming them (cloud-api.md 2.2, 2.7). What the cloud answers is believed only when it refuses; otherwise the
 * device is read, because the answer to a claim has had several forms and a repeated claim is UNVERIFIED.
 */
export function claimCalls(send: Send): ClaimCalls {
  const { addDevice } = deviceCalls(send);

  return {
    async approve(productId, deviceId, options) {
      await addDevice(productId, deviceId, options);
      const device = await readDevice(send, productId, deviceId, options);
      if (device === undefined || device.quarantined || device.denied) {
        const is = device === undefined ? 'does not have' : 'still keeps out';
        throw new StationError('cloud/not-in-product', `Product ${productId} ${is} ${deviceId} after its approval.`);
      }
    },

    async claim(productId, deviceId, options) {
      const before = await readDevice(send, productId, deviceId, options);
      if (before === undefined) throw notInProduct(productId, deviceId);
      const refusal = await askForClaim(deviceId, options);
      const { owner } = (await readDevice(send, productId, deviceId, options)) ?? before;
      // A refusal after a claim that took effect unseen: the first answer was lost, and the device has an owner it had not before.
      if (owner !== undefined && (refusal === undefined || before.owner === undefined)) return owner;
      const why = refusal?.message ?? 'the cloud took the claim and shows no owner';
      throw new StationError('cloud/claim-refused', `${deviceId} could not be claimed: ${why}`, {
        ...(refusal === undefined ? {} : { cause: refusal, evidence: refusal.evidence ?? {} }),
      });
    },

    async claimFor(productId, deviceId, user, options) {
      await addDevice(productId, deviceId, options, user);
      requireOwner(deviceId, user, await readDevice(send, productId, deviceId, options));
    },

    async requestTransfer(deviceId, options) {
      // Once sent, the owner gets an e-mail: not to be sent again unseen.
      const claim = (sdk: Particle) => sdk.claimDevice({ deviceId, requestTransfer: true });
      const received = presentAnswer(await askBySdk(send, options, claim, { isIdempotent: false }).catch(refuseClaim));
      return String(checkedAnswer(transferAnswer, received).transfer_id);
    },
  };

  /** The refusal, if it is one of this device and not of the token. */
  async function askForClaim(deviceId: DeviceId, options: CloudOptions): Promise<StationError | undefined> {
    try {
      await askBySdk(send, options, (sdk) => sdk.claimDevice({ deviceId }));
      return undefined;
    } catch (thrown) {
      const refusal = importRefusal(thrown);
      if (refusal instanceof StationError && isAboutDevice(refusal)) return refusal;
      throw refusal;
    }
  }
}

const transferAnswer = z.looseObject({ transfer_id: z.union([z.string().max(100), z.number()]) });

function refuseClaim(thrown: unknown): never {
  if (!(thrown instanceof StationError) || !isAboutDevice(thrown)) throw importRefusal(thrown);
  const evidence = thrown.evidence ?? {};
  throw new StationError('cloud/claim-refused', thrown.message, { cause: thrown, evidence });
}

/** 403 is also what a device of another owner is answered with, in the words the vendor's own command line looks for (2.7). */
function isAboutDevice(refusal: StationError): boolean {
  if (refusal.code === 'cloud/refused') return true;
  return refusal.code === 'cloud/permission' && /belongs to someone else/i.test(refusal.message);
}

function requireOwner(deviceId: DeviceId, user: string, device: CloudDeviceDetail | undefined): void {
  if (device?.owner?.toLowerCase() === user.toLowerCase()) return;
  const is = device?.owner === undefined ? 'unclaimed' : `claimed by ${device.owner}`;
  throw new StationError('cloud/claim-refused', `${deviceId} is ${is} after it was claimed for ${user}.`);
}
