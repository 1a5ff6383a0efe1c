import { createHmac } from 'node:crypto';

const STEP_MS = 30_000;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The six digits an authenticator app shows for a base32 secret at this time (RFC 6238 with SHA-1 and 30 s). */
export function totp(secret: string, atMs: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / STEP_MS)));
  const mac = createHmac('sha1', base32Bytes(secret)).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0x0f; // RFC 4226 5.3, dynamic truncation
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

/** Whether these are the digits of now or of the step before or after, for clocks that differ a little. */
export function isTotp(secret: string, digits: string, atMs: number): boolean {
  return [-STEP_MS, 0, STEP_MS].some((byMs) => totp(secret, atMs + byMs) === digits);
}

function base32Bytes(text: string): Buffer {
  const bits = [...text.toUpperCase()]
    .filter((char) => BASE32.includes(char))
    .map((char) => BASE32.indexOf(char).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
