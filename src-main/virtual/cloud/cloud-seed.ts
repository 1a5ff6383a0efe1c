import * as z from 'zod';
import { ok, type Result, refuse } from '../../domain/failure.ts';
import { UNIT_CONDITIONS } from './register-unit.ts';
import type { CloudContent } from './virtual-cloud.ts';

/**
 * Reads the text of a seed file, what a virtual cloud begins with: `{"products": [{"id", "platformId", …}], "units":
 * [{"deviceId", "platformId", …}], "users": [{"username", "password", …}], "clients": […], "tokens": […]}`, with the fields of
 * CloudContent. Refuses with `request/invalid`, naming the first wrong field.
 */
export function parseCloudSeed(text: string): Result<CloudContent> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse('request/invalid', 'The seed of the virtual cloud is not JSON.');
  }
  const parsed = seedSchema.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  return refuse(
    'request/invalid',
    `The seed of the virtual cloud is wrong at ${issue?.path.join('.') || 'its top'}: ${issue?.message}.`,
  );
}

const text = z.string().min(1).max(80);
const productId = z.int().min(1).max(2_147_483_647);
const platformId = z.int().min(0).max(65_535);

const seedSchema = z.strictObject({
  products: z
    .array(
      z.strictObject({
        id: productId,
        platformId,
        name: text.exactOptional(),
        slug: z
          .string()
          .regex(/^[a-z][a-z0-9-]{0,60}$/)
          .exactOptional(),
        team: z.array(text).min(1).exactOptional(),
        customers: z.array(text).exactOptional(),
        deviceLimit: z.int().min(0).exactOptional(),
        quarantinesUnknown: z.boolean().exactOptional(),
        deviceProtection: z.boolean().exactOptional(),
      }),
    )
    .max(1_000)
    .default([]),
  units: z
    .array(
      z.strictObject({
        deviceId: z.string().regex(/^[0-9a-f]{24}$/i),
        platformId,
        serialNumber: text.exactOptional(),
        imei: z
          .string()
          .regex(/^\d{15}$/)
          .exactOptional(),
        iccid: z
          .string()
          .regex(/^89\d{17,19}$/)
          .exactOptional(),
        sku: text.exactOptional(),
        simForm: z.enum(['mff2', '4ff', 'mff2-and-4ff']).exactOptional(),
        activationClass: z.enum(['fast', 'generally-fast', 'sometimes-slow']).exactOptional(),
        productId: productId.exactOptional(),
        owner: text.exactOptional(),
        conditions: z.array(z.enum(UNIT_CONDITIONS)).exactOptional(),
      }),
    )
    .max(100_000)
    .default([]),
  users: z
    .array(
      z.strictObject({
        username: text,
        password: text,
        mfaSecret: z
          .string()
          .regex(/^[A-Z2-7]{16,64}$/)
          .exactOptional(),
        deviceLimit: z.int().min(0).exactOptional(),
      }),
    )
    .max(1_000)
    .default([]),
  clients: z
    .array(z.strictObject({ clientId: text, secret: text, productId }))
    .max(1_000)
    .default([]),
  tokens: z
    .array(
      z.strictObject({
        token: z.string().regex(/^[\w.-]{8,80}$/),
        username: text.exactOptional(),
        scopes: z.union([z.literal('everything'), z.array(text)]).exactOptional(),
        productId: productId.exactOptional(),
      }),
    )
    .max(1_000)
    .default([]),
});
