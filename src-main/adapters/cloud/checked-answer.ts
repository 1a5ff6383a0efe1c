import * as z from 'zod';
import { StationError } from '../../domain/failure.ts';
import type { Received } from './cloud-request.ts';

/**
 * The answer's JSON as the schema says, unknown fields left out or kept as the schema has it. Rejects with `cloud/bad-answer` and names
 * up to three fields that are missing or wrong, never their values.
 */
export function checkedAnswer<Schema extends z.ZodType>(schema: Schema, received: Received): z.infer<Schema> {
  const parsed = schema.safeParse(received.json);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.slice(0, 3).map(({ path }) => path.join('.').slice(0, 80) || 'the whole answer');
  throw badAnswer(`missing or wrong: ${wrong.join(', ')}`, received);
}

/** `cloud/bad-answer` for a success that cannot be one; `why` completes "… makes no sense: ". */
export function badAnswer(why: string, received: Received): StationError {
  const detail = `The answer to ${String(received.evidence.endpoint)} makes no sense: ${why}.`;
  return new StationError('cloud/bad-answer', detail, { evidence: received.evidence });
}

/** For requests that name no absence: there always is an answer. */
export function presentAnswer(received: Received | undefined): Received {
  if (received === undefined) throw new StationError('run/bug', 'An absence came where none was expected.');
  return received;
}

/**
 * Text somebody outside chose (a name, a note, a title), cut to `most` characters and without control characters and direction marks:
 * it is shown on screens and terminals, and must not be able to steer them.
 */
export function boundedText(most: number) {
  return z.string().transform((text) => text.slice(0, most).toWellFormed().replace(STEERING, ' '));
}

const STEERING = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** A point in time, in any form with a date and an offset, as ISO 8601 UTC. */
export const isoTime = z
  .string()
  .max(40)
  .refine((text) => !Number.isNaN(Date.parse(text)))
  .transform((text) => new Date(text).toISOString());
