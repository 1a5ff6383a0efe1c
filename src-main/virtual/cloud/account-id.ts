import { createHash } from 'node:crypto';

/** The ID of a person's account: 24 hex digits as real ones are, following from the e-mail address. */
export function accountId(username: string): string {
  return createHash('sha256').update(username).digest('hex').slice(0, 24);
}
