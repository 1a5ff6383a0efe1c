import * as z from 'zod';
import type { FailureCode } from '../../domain/failure-codes.ts';

/** The answer to an import (cloud-api.md 2.2.2). Old servers leave arrays out; a missing array is an empty one. */
export const importAnswer = z.looseObject({
  updated: z.number(),
  updatedDeviceIds: z.array(z.string()).optional(),
  existingDeviceIds: z.array(z.string()).optional(),
  nonmemberDeviceIds: z.array(z.string()).optional(),
  invalidDeviceIds: z.array(z.string()).optional(),
  protectedDeviceIds: z.array(z.string()).optional(),
});

export type ImportVerdict =
  | { readonly kind: 'added' | 'already-member' }
  | { readonly kind: 'refused'; readonly code: FailureCode; readonly detail: string; readonly array: string };

/**
 * What became of one identifier of an import of exactly that one (2.2.3). The status is 200 in every case; only the arrays
 * tell. Identifiers are compared trimmed and without regard to case. A refusal wins over an acceptance, because an
 * identifier in two arrays must never end as a PASS.
 */
export function judgeImport(answer: z.infer<typeof importAnswer>, identifier: string): ImportVerdict {
  const names = (list: readonly string[] | undefined) =>
    list?.some((entry) => plain(entry) === plain(identifier)) ?? false;
  if (names(answer.nonmemberDeviceIds)) {
    return refused('cloud/device-owned', 'nonmemberDeviceIds', 'it is claimed by someone outside the product team');
  }
  if (names(answer.protectedDeviceIds)) {
    return refused('cloud/device-rejected', 'protectedDeviceIds', 'it has Device Protection and the product has not');
  }
  if (names(answer.invalidDeviceIds)) return refused('cloud/device-rejected', 'invalidDeviceIds', WHY_INVALID);
  if (names(answer.updatedDeviceIds)) return { kind: 'added' };
  if (names(answer.existingDeviceIds)) return { kind: 'already-member' };
  return judgeOldAnswer(answer);
}

// The cloud gives one and the same answer for all of these (0.2 trap 3), so the reason must be found by a person.
const WHY_INVALID =
  'it is in another product, or of another platform than the product, or unknown to the cloud, or owned by someone else ' +
  '(the cloud does not say which)';

/** Servers without the arrays of accepted identifiers: only the count is left (2.2.2). */
function judgeOldAnswer(answer: z.infer<typeof importAnswer>): ImportVerdict {
  const listsAccepted = answer.updatedDeviceIds !== undefined || answer.existingDeviceIds !== undefined;
  const refusedOthers = (answer.nonmemberDeviceIds?.length ?? 0) + (answer.invalidDeviceIds?.length ?? 0);
  if (!listsAccepted && refusedOthers === 0 && answer.updated === 1) return { kind: 'added' };
  if (!listsAccepted && refusedOthers === 0 && answer.updated === 0) return { kind: 'already-member' };
  return refused('cloud/bad-answer', 'none', 'the answer does not name it in any array');
}

function refused(code: FailureCode, array: string, detail: string): ImportVerdict {
  return { kind: 'refused', code, detail, array };
}

function plain(identifier: string): string {
  return identifier.trim().toLowerCase();
}
