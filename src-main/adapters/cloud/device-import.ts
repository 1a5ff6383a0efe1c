import * as z from 'zod';
import type { FailureCode } from '../../domain/failure-codes.ts';
import type { ImportVerdict } from '../../ports/cloud.ts';

/** The answer to an import (cloud-api.md 2.2.2). Old servers leave arrays out; a missing array is an empty one. */
export const importAnswer = z.looseObject({
  updated: z.number(),
  updatedDeviceIds: z.array(z.string()).optional(),
  existingDeviceIds: z.array(z.string()).optional(),
  nonmemberDeviceIds: z.array(z.string()).optional(),
  invalidDeviceIds: z.array(z.string()).optional(),
  protectedDeviceIds: z.array(z.string()).optional(),
});

type ImportAnswer = z.infer<typeof importAnswer>;

/** An identifier as it is sent: trimmed, and device IDs in lower case, because the cloud may refuse others (5.7). */
export function sentIdentifier(identifier: string): string {
  const text = identifier.trim();
  return /^[0-9a-f]{24}$/i.test(text) ? text.toLowerCase() : text;
}

/**
 * What became of every identifier of an import (2.2.3), by the spelling it was given in. The status is 200 in every case; only the arrays
 * tell. Identifiers are compared trimmed and without regard to case. A refusal wins over an acceptance, because an identifier in two
 * arrays must never end as a PASS. An identifier the answer does not account for is refused with `cloud/bad-answer`.
 */
export function judgeImport(answer: ImportAnswer, identifiers: readonly string[]): ReadonlyMap<string, ImportVerdict> {
  const named = REFUSALS.map(({ array, ...verdict }) => ({
    verdict: { kind: 'refused', array, ...verdict } as const,
    names: plainSet(answer[array]),
  }));
  const added = plainSet(answer.updatedDeviceIds);
  const existing = plainSet(answer.existingDeviceIds);
  const unlisted = judgeUnlisted(answer, identifiers);
  const judge = (identifier: string): ImportVerdict => {
    const refusal = named.find(({ names }) => names.has(identifier));
    if (refusal !== undefined) return refusal.verdict;
    if (added.has(identifier)) return { kind: 'added' };
    return existing.has(identifier) ? { kind: 'already-member' } : unlisted;
  };
  return new Map(identifiers.map((identifier) => [identifier, judge(plain(identifier))]));
}

type Refused = Extract<ImportVerdict, { kind: 'refused' }>;
type RefusalArray = 'nonmemberDeviceIds' | 'protectedDeviceIds' | 'invalidDeviceIds';

const REFUSALS: readonly { array: RefusalArray; code: FailureCode; detail: string }[] = [
  {
    array: 'nonmemberDeviceIds',
    code: 'cloud/device-owned',
    detail: 'it is claimed by someone outside the product team',
  },
  {
    array: 'protectedDeviceIds',
    code: 'cloud/device-rejected',
    detail: 'it has Device Protection and the product has not',
  },
  {
    array: 'invalidDeviceIds',
    code: 'cloud/device-rejected',
    // The cloud gives one and the same answer for all of these (0.2 trap 3), so the reason must be found by a person.
    detail:
      'it is in another product, or of another platform than the product, or unknown to the cloud, or owned by someone else ' +
      '(the cloud does not say which)',
  },
];

/**
 * What an identifier is that no array names. Servers without the arrays of accepted identifiers leave only the count (2.2.2): it must
 * then fit what was sent and not refused. Where some were new and some were not, all are called added, which claims less.
 */
function judgeUnlisted(answer: ImportAnswer, identifiers: readonly string[]): ImportVerdict {
  const unnamed: Refused = {
    kind: 'refused',
    code: 'cloud/bad-answer',
    array: 'none',
    detail: 'the answer does not name it in any array',
  };
  if (answer.updatedDeviceIds !== undefined || answer.existingDeviceIds !== undefined) return unnamed;
  const sent = plainSet(identifiers);
  const refused = plainSet(REFUSALS.flatMap(({ array }) => answer[array] ?? []));
  if ([...refused].some((identifier) => !sent.has(identifier))) return unnamed;
  const accepted = sent.size - refused.size;
  if (!Number.isInteger(answer.updated) || answer.updated < 0 || answer.updated > accepted) return unnamed;
  return { kind: answer.updated === 0 ? 'already-member' : 'added' };
}

function plainSet(identifiers: readonly string[] | undefined): Set<string> {
  return new Set(identifiers?.map(plain));
}

function plain(identifier: string): string {
  return identifier.trim().toLowerCase();
}
