import { describe, expect, test } from 'vitest';
import { type DeviceOsVersion, parseDeviceOsVersion } from '../../../src-main/domain/device-os-version.ts';
import {
  canHaveWildcard,
  needsClaim,
  type ProductBinding,
  productBinding,
  removalRefusal,
  whenConnecting,
  whenConnectingAfterRemoval,
} from '../../../src-main/domain/membership-rules.ts';

const DEVICE_ID = 'e00fce68aabbccddeeff0011';
const product = { id: 8178, platformId: 13 };

function deviceOs(text: string): DeviceOsVersion {
  const parsed = parseDeviceOsVersion(text);
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  return parsed.value;
}

describe('how firmware is bound to a product', () => {
  test.each<[string, number | undefined, 'since-4.0' | 'before-4.0', ProductBinding]>([
    ['R16: from 4.0 on PRODUCT_ID is left out, so the field holds the platform', 13, 'since-4.0', 'by-list'],
    ['R16: a product number in a 4.0 binary is a foreign file, even the right one', 8178, 'since-4.0', 'foreign'],
    ['R17: up to 3.x the binary names its product', 8178, 'before-4.0', 'by-name'],
    ['R17: another product’s number is foreign', 9999, 'before-4.0', 'foreign'],
    ['R18: the platform ID below 4.0 is the wildcard', 13, 'before-4.0', 'wildcard'],
    ['a binary that says nothing is foreign', undefined, 'before-4.0', 'foreign'],
  ])('%s', (_, found, era, binding) => {
    expect(productBinding(found, product, era)).toBe(binding);
  });

  test('R18: the wildcard exists from 1.5 to 3.x', () => {
    const releases = ['0.8.0', '1.4.4', '1.5.0', '2.3.1', '3.3.1', '4.0.0', '6.2.0'];
    expect(releases.filter((text) => canHaveWildcard(deviceOs(text)))).toEqual(['1.5.0', '2.3.1', '3.3.1']);
  });
});

describe('what happens to a unit that connects', () => {
  test.each<[string, ProductBinding, 'quarantine' | 'auto-approve', string]>([
    ['R16: on 4.0, not pre-added, it never shows in the product', 'by-list', 'quarantine', 'outside'],
    ['R16: and auto-approve does not help it', 'by-list', 'auto-approve', 'outside'],
    ['R18: the same with the wildcard', 'wildcard', 'auto-approve', 'outside'],
    ['R17: one that names the product is quarantined', 'by-name', 'quarantine', 'quarantined'],
    ['R17: or joins where the product approves by itself', 'by-name', 'auto-approve', 'member'],
    ['another product’s firmware does not bring it here', 'foreign', 'auto-approve', 'outside'],
  ])('%s', (_, binding, unknownUnits, fate) => {
    expect(whenConnecting({ isPreAdded: false, binding }, unknownUnits)).toBe(fate);
    expect(whenConnecting({ isPreAdded: true, binding }, unknownUnits)).toBe('member');
  });

  test('R20: a removed unit whose firmware still names the product comes back as denied; one on 4.0 does not', () => {
    expect(whenConnectingAfterRemoval('by-name', 'quarantine')).toBe('quarantined');
    expect(whenConnectingAfterRemoval('by-list', 'quarantine')).toBe('outside');
  });

  test('R19: with other firmware it stays away', () => {
    expect(whenConnectingAfterRemoval('foreign', 'quarantine')).toBe('outside');
  });
});

describe('the owner of a unit', () => {
  test('R9: a unit that is claimed is unclaimed before it is removed', () => {
    expect(removalRefusal({ deviceId: DEVICE_ID, owner: 'op@example.com' })).toMatchObject({
      code: 'cloud/still-claimed',
      detail: expect.stringContaining('unclaim it, then remove it'),
    });
    expect(removalRefusal({ deviceId: DEVICE_ID, owner: undefined })).toBeUndefined();
  });

  test('R5, R6: a unit in a product needs no owner, but for phone set-up and webhooks of a sandbox', () => {
    expect(needsClaim({ isInProduct: true })).toBe(false);
    expect(needsClaim({ isInProduct: false })).toBe(true);
    expect(needsClaim({ isInProduct: true, hasPhoneSetUp: true })).toBe(true);
    expect(needsClaim({ isInProduct: true, hasSandboxWebhook: true })).toBe(true);
  });
});
