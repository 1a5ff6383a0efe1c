import * as z from 'zod';
import { ok, type Result, refuse } from '../../domain/failure.ts';
import type { ProductInput } from './cloud-state.ts';
import { UNIT_CONDITIONS, type UnitInput } from './register-unit.ts';

/** What a virtual cloud begins with: the products of a line and the units the factory made. */
export type CloudSeed = { readonly products: readonly ProductInput[]; readonly units: readonly UnitInput[] };

/**
 * Reads the text of a seed file: `{"products": [{"id", "platformId", …}], "units": [{"deviceId", "platformId", …}]}`, with
 * the fields of ProductInput and UnitInput. Refuses with `request/invalid`, naming the first wrong field.
 */
export function parseCloudSeed(text: string): Result<CloudSeed> {
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
});
