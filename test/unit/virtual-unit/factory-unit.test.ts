import { describe, expect, test } from 'vitest';
import { parseDeviceId } from '../../../src-main/domain/device-id.ts';
import { parseIccid } from '../../../src-main/domain/iccid.ts';
import { parseImei } from '../../../src-main/domain/imei.ts';
import { passesLuhn } from '../../../src-main/domain/luhn.ts';
import { PLATFORMS } from '../../../src-main/domain/platform.ts';
import { parseSerialNumber } from '../../../src-main/domain/serial-number.ts';
import { platformsBySerialNumber } from '../../../src-main/domain/sku.ts';
import { createFactoryUnit } from '../../../src-main/virtual/unit/factory-unit.ts';
import { UNIT_PLATFORMS } from '../../../src-main/virtual/unit/virtual-unit.ts';

const names = UNIT_PLATFORMS.map((row) => row.platform.name);

describe.each(names)('a factory %s', (name) => {
  test('has identifiers that the parsers of the station take, and that name its platform', () => {
    const { identity, modem, platform } = createFactoryUnit(name, { number: 7, scale: 0.02 });
    expect(parseDeviceId(identity.deviceId).ok).toBe(true);
    expect(identity.deviceId.startsWith('e00fce68')).toBe(platform.family === 'nrf');
    const serial = parseSerialNumber(identity.serialNumber ?? '');
    // No public list tells the serial numbers of Tracker M; they must at least name no other platform.
    const named = serial.ok ? platformsBySerialNumber(serial.value) : ['no serial number'];
    if (name === 'trackerm') expect(named).toEqual([]);
    else expect(named).toContain(name);
    expect(identity.serialNumber).toHaveLength(15);
    expect(identity.mobileSecret?.length).toBe(platform.family === 'stm32' ? undefined : 15);
    expect(parseImei(modem.imei).ok && passesLuhn(modem.imei)).toBe(true);
    const iccid = modem.sim === 'none' ? '' : modem.sim.iccid;
    expect(parseIccid(iccid).ok && passesLuhn(iccid)).toBe(true);
  });

  test('is the same for the same number, and another for another', () => {
    const make = (number: number) => createFactoryUnit(name, { number, scale: 0.02 });
    const [one, again, other] = [make(1), make(1), make(2)];
    expect(again.identity).toEqual(one.identity);
    expect(again.modules()).toEqual(one.modules());
    expect(again.modem.imei).toBe(one.modem.imei);
    expect(other.identity.deviceId).not.toBe(one.identity.deviceId);
    expect(other.modem.imei).not.toBe(one.modem.imei);
  });

  test('has nothing wrong with its factory modules, at full size', () => {
    const modules = createFactoryUnit(name).modules();
    expect(modules.filter((module) => module.slot.store === 'main').length).toBeGreaterThan(3);
    for (const module of modules) {
      expect(module).toMatchObject({ isIntact: true, isInRange: true, isRightPlatform: true, hasDependencies: true });
    }
  });
});

test('every platform the station knows can be virtual', () => {
  expect(names.toSorted()).toEqual(PLATFORMS.map((platform) => platform.name).toSorted());
});
