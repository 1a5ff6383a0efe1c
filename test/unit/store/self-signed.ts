import { createSign, generateKeyPairSync } from 'node:crypto';

/** A name that only the proxies of these tests know; they take it for 127.0.0.1. */
export const PLANT_NAME = 'cloud.plant.test';
const DAY_MS = 24 * 3600 * 1000;

/**
 * A key and a certificate for 127.0.0.1, ::1 and PLANT_NAME that signs itself, as a plant's own authority would, valid from yesterday to
 * tomorrow if nothing else is said. Written in DER by hand, so that no test depends on a tool being installed.
 */
export function selfSigned(
  fromMs = Date.now() - DAY_MS,
  toMs = Date.now() + DAY_MS,
): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oid('2a8648ce3d040302')); // ecdsa-with-SHA256
  const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from('Plant authority')))));
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, Buffer.from([0x4c, 0x57])),
    algorithm,
    name,
    sequence(time(fromMs), time(toMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        sequence(oid('551d13'), der(0x04, sequence(der(0x01, Buffer.from([0xff]))))), // may sign others
        sequence(
          oid('551d11'), // is these addresses and this name
          der(
            0x04,
            sequence(
              der(0x87, Buffer.from([127, 0, 0, 1])),
              der(0x87, Buffer.from('00000000000000000000000000000001', 'hex')),
              der(0x82, Buffer.from(PLANT_NAME)),
            ),
          ),
        ),
      ),
    ),
  );
  const signature = createSign('sha256').update(content).sign(privateKey);
  const cert = sequence(content, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = cert.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
  };
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function time(ms: number): Buffer {
  const text = new Date(ms)
    .toISOString()
    .replace(/[-:T]|\.\d+/g, '')
    .slice(2);
  return der(0x17, Buffer.from(text));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
