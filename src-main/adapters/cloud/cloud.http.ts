import * as z from 'zod';
import { StationError } from '../../domain/failure.ts';
import type { Cloud } from '../../ports/cloud.ts';
import type { Received } from './attempt-request.ts';
import { createCloudSender, type HttpCloudSettings } from './cloud-sender.ts';
import { importAnswer, judgeImport } from './device-import.ts';
import type { Refusal } from './error-answer.ts';
import { simAnswer, simStateOf } from './sim-state.ts';

/**
 * The Particle cloud over HTTP (cloud-api.md 2.0 to 2.8). Throws `station/invalid-file` for a base URL that cannot be used;
 * the methods reject as ports/cloud.ts says, and with `run/aborted` (or the caller's own StationError) when aborted.
 */
export function createHttpCloud(settings: HttpCloudSettings): Cloud {
  const ask = createCloudSender(settings);

  return {
    async product(productId, options) {
      const received = present(await ask({ method: 'GET', path: productPath(productId) }, options));
      const { product } = checked(productAnswer, received);
      const { id, name, slug, platform_id: platformId } = Array.isArray(product) ? product[0] : product;
      if (id !== productId) throw badAnswer(`it is about product ${id}, not ${productId}`, received);
      return { id, name, slug: slug ?? undefined, platformId };
    },

    async addDevice(productId, deviceId, options) {
      // `import_sims` is always sent, because its default is UNVERIFIED (2.2.1).
      const body = { ids: [deviceId], import_sims: true };
      const received = present(await ask({ method: 'POST', path: `${productPath(productId)}/devices`, body }, options));
      const verdict = judgeImport(checked(importAnswer, received), deviceId);
      if (verdict.kind !== 'refused') return verdict.kind;
      throw new StationError(verdict.code, `Product ${productId} did not take ${deviceId}: ${verdict.detail}.`, {
        evidence: { ...received.evidence, array: verdict.array },
      });
    },

    async device(productId, deviceId, options) {
      const path = `${productPath(productId)}/devices/${deviceId}`;
      const received = await ask({ method: 'GET', path, isAbsence: isUnknownDevice }, options);
      if (received === undefined) return undefined;
      const device = checked(deviceAnswer, received);
      if (device.id.trim().toLowerCase() !== deviceId) throw badAnswer('it is about another device ID', received);
      return {
        id: deviceId,
        productId: device.product_id,
        platformId: device.platform_id ?? undefined,
        serialNumber: device.serial_number ?? undefined,
        iccid: device.iccid ?? device.last_iccid ?? undefined,
        quarantined: device.quarantined ?? false,
        denied: device.denied ?? false,
      };
    },

    async sim(productId, iccid, options) {
      const path = `${productPath(productId)}/sims/${iccid}`;
      const received = await ask({ method: 'GET', path, isAbsence: isUnknownSim }, options);
      if (received === undefined) return undefined;
      const sim = checked(simAnswer, received);
      if (sim._id.trim() !== iccid) throw badAnswer('it is about another ICCID', received);
      if (typeof sim.product_id === 'number' && sim.product_id !== productId) {
        throw badAnswer(`the SIM is in product ${sim.product_id}, not ${productId}`, received);
      }
      const status = sim.status.slice(0, 80);
      return { iccid, state: simStateOf(sim), status, activations: sim.activations_count ?? undefined };
    },

    async importSim(productId, iccid, options) {
      const path = `${productPath(productId)}/sims`;
      await ask({ method: 'POST', path, body: { sims: [iccid] }, isAccepted: isStillWorking }, options);
    },
  };
}

const productFacts = z.looseObject({
  id: z.number(),
  name: z.string(),
  slug: z.string().nullish(),
  platform_id: z.number(),
});

/** An object since 2019, before that an array of one (2.10). */
const productAnswer = z.looseObject({ product: z.union([productFacts, z.tuple([productFacts])]) });

/** Strict about what membership means, loose about the rest (2.4). `mobile_secret` is not named here and so never kept. */
const deviceAnswer = z.object({
  id: z.string(),
  product_id: z.number(),
  platform_id: z.number().nullish(),
  serial_number: z.string().nullish(),
  iccid: z.string().nullish(),
  last_iccid: z.string().nullish(),
  quarantined: z.boolean().nullish(),
  denied: z.boolean().nullish(),
});

function productPath(productId: number): string {
  return `/v1/products/${productId}`;
}

/** The status of an unknown device is UNVERIFIED, its text is recorded to hold "not found" (2.4). A missing product is no absence. */
function isUnknownDevice(status: number, refusal: Refusal): boolean {
  if (/product not found/i.test(refusal.text)) return false;
  if (status === 404) return refusal.code === 'cloud/refused';
  return (status === 400 || status === 403) && /device.*not found/i.test(refusal.text);
}

/** 404 means not (yet) in this product (2.8.3); as JSON only, because a proxy's 404 page means nothing. */
function isUnknownSim(status: number, refusal: Refusal): boolean {
  return status === 404 && refusal.code === 'cloud/refused' && !/product not found/i.test(refusal.text);
}

/** 408 and 504 on a SIM action: accepted, the SIM tells when it is done (2.8.4, 3.3). */
function isStillWorking(status: number): boolean {
  return status === 408 || status === 504 || status === 202 || status === 204;
}

function present(received: Received | undefined): Received {
  if (received === undefined) throw new StationError('run/bug', 'An absence came where none was expected.');
  return received;
}

function checked<Schema extends z.ZodType>(schema: Schema, received: Received): z.infer<Schema> {
  const parsed = schema.safeParse(received.json);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.slice(0, 3).map((issue) => issue.path.join('.') || 'the whole answer');
  throw badAnswer(`missing or wrong: ${wrong.join(', ')}`, received);
}

function badAnswer(why: string, received: Received): StationError {
  const detail = `The answer to ${String(received.evidence.endpoint)} makes no sense: ${why}.`;
  return new StationError('cloud/bad-answer', detail, { evidence: received.evidence });
}
