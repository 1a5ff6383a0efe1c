import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A fresh secret for one start of the server: 32 random bytes as 43 characters of base64url. */
export function createAccessToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether the offered text is the token. Digests are compared, so neither time nor length tells anything. */
export function isAccessToken(offered: string, token: string): boolean {
  return timingSafeEqual(digest(offered), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
