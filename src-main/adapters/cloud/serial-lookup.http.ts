import * as z from 'zod';
import { type DeviceId, parseDeviceId } from '../../domain/device-id.ts';
import { StationError } from '../../domain/failure.ts';
import type { SerialNumber } from '../../domain/serial-number.ts';
import type { CloudOptions } from '../../ports/cloud.ts';
import type { FoundUnit, SerialLookup } from '../../ports/serial-lookup.ts';
import { isUnknownHere } from './absent.ts';
import { badAnswer, boundedText, checkedAnswer } from './checked-answer.ts';
import type { Received } from './cloud-request.ts';
import type { Send } from './cloud-sender.ts';
import { deviceCalls } from './device-calls.ts';
import { createFoundUnits, type FoundUnits } from './found-units.ts';
import { createLookUpBudget, type LookUpBudget } from './look-up-budget.ts';
import { shareOne } from './share-one.ts';

/**
 * Device IDs by serial number (cloud-api.md 2.1), as ports/serial-lookup.ts says. A look-up is tried once: another try would be counted
 * again, and the list of the product is there in any case. Beside the SDK, whose type of the answer lacks the key that is documented (4.2).
 */
export function serialLookup(
  send: Send,
  budget: LookUpBudget = createLookUpBudget(),
  found: FoundUnits = createFoundUnits(),
): SerialLookup {
  const { listDevices } = deviceCalls(send);
  /** Why nothing may be asked while the budget has nothing left. */
  let why = usedUp;

  const share = shareOne<[number, CloudOptions], FoundUnit | undefined>(async (key, signal, productId, options) => {
    const serialNumber = key as SerialNumber;
    const patience = { ...options, signal };
    const asked = await askCloud(serialNumber, patience);
    const unit = asked.kind === 'not-asked' ? await findInProduct(productId, serialNumber, patience) : asked.unit;
    if (unit === undefined && asked.kind === 'not-asked') throw why(serialNumber);
    found.keep(key, unit ?? 'nobody');
    return unit;
  });

  return {
    left: budget.left,

    async find(productId, serialNumber, options) {
      // Not by product: a serial number is the same unit in all of them.
      const known = found.get(serialNumber);
      if (known !== undefined) return known === 'nobody' ? undefined : known;
      return share(serialNumber, options.signal, productId, options);
    },
  };

  async function askCloud(serialNumber: SerialNumber, options: CloudOptions): Promise<Asked> {
    if (!budget.take()) return { kind: 'not-asked' };
    const path = `/v1/serial_numbers/${serialNumber}`;
    const request = { method: 'GET', path, maxTries: 1, isAbsence: isUnknownHere, isAnswer: isTooMany } as const;
    try {
      const received = await send(request, options);
      why = usedUp;
      if (received === undefined) return { kind: 'asked', unit: undefined };
      if (!isTooMany(received.status)) return { kind: 'asked', unit: readUnit(serialNumber, received) };
    } catch (thrown) {
      if (!isForbidden(thrown)) throw thrown;
      why = notAllowed;
    }
    budget.spend();
    return { kind: 'not-asked' };
  }

  /** The filter is a partial match: only the very same serial number counts. */
  async function findInProduct(
    productId: number,
    serialNumber: SerialNumber,
    options: CloudOptions,
  ): Promise<FoundUnit | undefined> {
    const { rows } = await listDevices(productId, { page: 1, perPage: 100, serialNumber }, options);
    const unit = rows.find((row) => row.serialNumber?.toUpperCase() === serialNumber);
    return unit && { deviceId: unit.id, iccid: unit.iccid, platformId: unit.platformId, from: 'product' };
  }
}

type Asked = { readonly kind: 'asked'; readonly unit: FoundUnit | undefined } | { readonly kind: 'not-asked' };

function isTooMany(status: number): boolean {
  return status === 429 || status === 529;
}

/** API users may not look up, as it seems (1.6). A token that is no good at all (401) is another matter, and nobody's to hide. */
function isForbidden(thrown: unknown): boolean {
  return thrown instanceof StationError && thrown.code === 'cloud/permission' && thrown.evidence?.status !== 401;
}

/** The reference says `deviceID`, programs that work read `device_id` (2.1). */
const serialAnswer = z.looseObject({
  deviceID: z.string().max(40).nullish(),
  device_id: z.string().max(40).nullish(),
  iccid: boundedText(40).nullish(),
  platform_id: z.number().nullish(),
  serial_number: z.string().max(80).nullish(),
});

function readUnit(serialNumber: SerialNumber, received: Received): FoundUnit {
  const answer = checkedAnswer(serialAnswer, received);
  const deviceId = parseDeviceId((answer.deviceID ?? answer.device_id ?? '').trim());
  if (!deviceId.ok) throw badAnswer('missing or wrong: deviceID', received);
  if (typeof answer.serial_number === 'string' && answer.serial_number.trim().toUpperCase() !== serialNumber) {
    throw badAnswer('it is about another serial number', received);
  }
  return {
    deviceId: deviceId.value satisfies DeviceId,
    iccid: answer.iccid ?? undefined,
    platformId: answer.platform_id ?? undefined,
    from: 'look-up',
  };
}

function usedUp(serialNumber: SerialNumber): StationError {
  const detail = `${serialNumber} was not looked up: the hour's look-ups are used up, and the product does not have it.`;
  return new StationError('cloud/look-ups-used-up', detail);
}

function notAllowed(serialNumber: SerialNumber): StationError {
  const detail = `${serialNumber} was not looked up: the station's token may not, and the product does not have it.`;
  return new StationError('cloud/permission', detail);
}
