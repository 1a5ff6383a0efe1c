import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isIdentityComplete,
  isSecretLine,
  readIdentity,
  readModules,
  readVersion,
} from '../../../src-main/protocol/console-text.ts';

describe('the answer to i', () => {
  it('is read in the short form of old cellular firmware, empty values staying empty', () => {
    const lines = ['Device ID: 1f0042000f51353532343635', 'IMEI: 353162071234567', 'ICCID: '];
    expect(readIdentity(lines)).toEqual({
      deviceId: '1f0042000f51353532343635',
      imei: '353162071234567',
      iccid: '',
      serialNumber: undefined,
      radioVersion: undefined,
    });
  });

  it('is read in the one-sentence form', () => {
    const lines = ['Your device id is e00fce68aabbccddeeff0011'];
    expect(readIdentity(lines).deviceId).toBe('e00fce68aabbccddeeff0011');
    expect(readIdentity(lines).iccid).toBeUndefined();
    expect(isIdentityComplete(lines)).toBe(true);
  });

  it('is read in the long form between log lines of an application', () => {
    const lines = [
      '0000012345 [app] INFO: IMEI: 000000000000000',
      'Device ID: e00fce68aabbccddeeff0011',
      'Serial Number: B40HABCDE12345X',
      'IMEI: 352753090123456',
      'hello',
      'ICCID: 89014103271234567890',
      'Cell Radio Version: L0.0.00.00.05.06,A.02.00',
    ];
    expect(readIdentity(lines)).toEqual({
      deviceId: 'e00fce68aabbccddeeff0011',
      serialNumber: 'B40HABCDE12345X',
      imei: '352753090123456',
      iccid: '89014103271234567890',
      radioVersion: 'L0.0.00.00.05.06,A.02.00',
    });
  });

  it('is not complete before the ICCID line', () => {
    expect(isIdentityComplete(['Device ID: e00fce68aabbccddeeff0011', 'IMEI: 352753090123456'])).toBe(false);
    expect(isIdentityComplete(['ICCID:'])).toBe(true);
    expect(isIdentityComplete(['Device ID: 0a10aced202194944a001122', 'Serial Number: P051AF145001122'])).toBe(false);
    expect(isIdentityComplete(['Device ID: 0a10aced202194944a001122'], false)).toBe(false);
    expect(isIdentityComplete(['Serial Number: P051AF145001122'], false)).toBe(true);
  });

  it('has its secret line recognised wherever it begins', () => {
    expect(isSecretLine('Device Secret: ABCDEFGHIJ12345')).toBe(true);
    expect(isSecretLine('log textDevice Secret: ABCDEFGHIJ12345')).toBe(true);
    expect(isSecretLine('device  secret ABC')).toBe(true);
    expect(isSecretLine('Serial Number: B40HABCDE12345X')).toBe(false);
  });
});

describe('the answer to v', () => {
  it('gives the version', () => {
    expect(readVersion(['system firmware version: 6.2.0', ''])).toBe('6.2.0');
    expect(readVersion(['system firmware version:'])).toBeUndefined();
  });
});

describe('the answer to s', () => {
  const boron = JSON.stringify({
    p: 13,
    imei: '352753090123456',
    iccid: '89014103271234567890',
    m: [
      { s: 49152, l: 'm', vc: 30, vv: 30, f: 'b', n: '0', v: 3100, d: [] },
      { s: 262144, l: 'm', vc: 30, vv: 28, u: 'AB'.repeat(32), f: 'u', n: '2', v: 6, d: [{ f: 's', n: '1', v: 6200 }] },
    ],
  });

  it('is read into the same shape as request 90', () => {
    expect(readModules(['noise', boron])).toEqual({
      platformId: 13,
      imei: '352753090123456',
      iccid: '89014103271234567890',
      modules: [
        { function: 'bootloader', index: 0, version: 3100, store: 'main', faults: [], dependencies: [] },
        {
          function: 'user-part',
          index: 2,
          version: 6,
          store: 'main',
          faults: ['integrity'],
          dependencies: [{ function: 'system-part', index: 1, version: 6200 }],
          sha256: 'ab'.repeat(32),
        },
      ],
    });
  });

  it('passes over empty slots and the extra member of old firmware', () => {
    const old =
      '{"p":10,"m":[{"s":1,"l":"m","vc":30,"vv":30,"d":[{"f":"s","n":"1","v":11,"_":""}]},{"s":1,"l":"f","vc":30,"vv":30,"f":"s","n":"1","v":11,"d":[{"f":"s","n":"1","v":11,"_":""}]}]}';
    expect(readModules([old])?.modules).toMatchObject([{ function: 'system-part', store: 'factory', version: 11 }]);
  });

  it('never throws and never takes a function from an inherited property name', () => {
    const lettered = readModules(['{"m":[{"f":"constructor","l":"__proto__","v":1}]}']);
    expect(lettered?.modules).toMatchObject([{ function: 'none', store: 'scratch' }]);
    fc.assert(fc.property(fc.json(), (text) => void readModules([text, `{"m":[${text}]}`])));
  });
});
