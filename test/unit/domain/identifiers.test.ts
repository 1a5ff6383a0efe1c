import { describe, expect, it } from 'vitest';
import { parseDeviceId } from '../../../src-main/domain/device-id.ts';
import { compareDeviceOs, parseDeviceOsVersion } from '../../../src-main/domain/device-os-version.ts';
import { parseIccid } from '../../../src-main/domain/iccid.ts';
import { parseImei } from '../../../src-main/domain/imei.ts';
import { parseProductVersion } from '../../../src-main/domain/product-version.ts';
import { parseSerialNumber } from '../../../src-main/domain/serial-number.ts';

const refused = { ok: false, failure: { code: 'request/invalid' } };

describe('a device ID', () => {
  it('is 24 hex digits, kept in lower case', () => {
    expect(parseDeviceId('E00FCE680123456789ABCDEF')).toEqual({ ok: true, value: 'e00fce680123456789abcdef' });
  });
  it.each(['', 'e00fce680123456789abcde', 'e00fce680123456789abcdef0', 'g00fce680123456789abcdef', '00000000050C'])(
    'is not %j',
    (text) => expect(parseDeviceId(text)).toMatchObject(refused),
  );
});

describe('a serial number', () => {
  it('is upper-cased', () => {
    expect(parseSerialNumber('p046af1450000fc')).toEqual({ ok: true, value: 'P046AF1450000FC' });
  });
  it.each(['', 'P0461', '353162071234565', 'P046AF1450000FC ABC', 'PARTICLE', 'P046AF1450000FC123456'])(
    'is not %j',
    (text) => expect(parseSerialNumber(text)).toMatchObject(refused),
  );
});

describe('an ICCID', () => {
  it.each([
    ['8934076500002589174', '8934076500002589174'],
    ['8934076500002589174f', '8934076500002589174'],
    ['8988 3070 0000 5146 5647', '89883070000051465647'],
  ])('%j is read as %s', (text, value) => expect(parseIccid(text)).toEqual({ ok: true, value }));
  it.each(['', '893407650000258917', '8934076500002589174000', '9934076500002589174', '8934076500002589174FF'])(
    'is not %j',
    (text) => expect(parseIccid(text)).toMatchObject(refused),
  );
});

describe('an IMEI', () => {
  it('is 15 digits', () => expect(parseImei('352753090123456')).toEqual({ ok: true, value: '352753090123456' }));
  it.each(['', '35275309012345', '3527530901234567', '35275309012345X'])('is not %j', (text) =>
    expect(parseImei(text)).toMatchObject(refused),
  );
});

describe('a product version', () => {
  it.each([1, 65535, '1', '65535'])('may be %j', (given) =>
    expect(parseProductVersion(given)).toEqual({ ok: true, value: Number(given) }),
  );
  it.each([0, -1, 65536, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '', '0', '01', '1e3', ' 1', '65536', '0x10'])(
    'is not %j',
    (given) => expect(parseProductVersion(given)).toMatchObject(refused),
  );
});

describe('a Device OS version', () => {
  it.each(['6.2.0', '0.8.0-rc.27', '3.2.1-p2.3', '1.4.5-b5som.1'])('may be %s', (text) =>
    expect(parseDeviceOsVersion(text)).toEqual({ ok: true, value: text }),
  );
  it.each(['', 'v6.2.0', '6.2', '6.2.0.1', '06.2.0', '6.2.0-', '6.2.0-rc..1', '6.2.0-rc.01', '5.4.0+ledger', '6.2.0 '])(
    'is not %j',
    (text) => expect(parseDeviceOsVersion(text)).toMatchObject(refused),
  );

  it('is ordered as semver orders it', () => {
    const inOrder = [
      '0.9.0',
      '1.4.5-b5som.1',
      '1.4.5-b5som.2',
      '2.3.1',
      '4.0.0-alpha.1',
      '4.0.0-alpha.1.1',
      '4.0.0-alpha.2',
      '4.0.0-beta.1',
      '4.0.0-rc.2',
      '4.0.0-rc.10',
      '4.0.0',
      '4.0.1',
      '10.0.0',
    ].map((text) => {
      const version = parseDeviceOsVersion(text);
      if (!version.ok) throw new Error(version.failure.detail);
      return version.value;
    });
    for (const [position, one] of inOrder.entries()) {
      for (const [against, other] of inOrder.entries()) {
        expect(Math.sign(compareDeviceOs(one, other))).toBe(Math.sign(position - against));
      }
    }
  });
});
