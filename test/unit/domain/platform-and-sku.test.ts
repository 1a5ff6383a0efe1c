import { describe, expect, it } from 'vitest';
import {
  PLATFORMS,
  type PlatformName,
  platformById,
  platformByName,
  platformByUsb,
} from '../../../src-main/domain/platform.ts';
import { parseSerialNumber } from '../../../src-main/domain/serial-number.ts';
import {
  activationAlarmMs,
  parseSku,
  platformsBySerialNumber,
  type Sku,
  skuAllowsPlatform,
  skuRow,
} from '../../../src-main/domain/sku.ts';
import { SKU_TABLE } from '../../../src-main/domain/sku-table.ts';

function sku(text: string): Sku {
  const parsed = parseSku(text);
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  return parsed.value;
}

describe('a platform', () => {
  it.each<[PlatformName, number, number, number]>([
    ['electron', 10, 0xc00a, 0xd00a],
    ['boron', 13, 0xc00d, 0xd00d],
    ['b5som', 25, 0xc019, 0xd019],
    ['msom', 35, 0xc023, 0xd023],
  ])('%s is told by its USB ids in both modes', (name, id, normal, dfu) => {
    expect(platformByUsb(0x2b04, normal)).toEqual({ platform: platformById(id), mode: 'normal' });
    expect(platformByUsb(0x2b04, dfu)).toEqual({ platform: platformByName(name), mode: 'dfu' });
  });

  it('is not told by the ids of another vendor, nor by a product id between two platforms', () => {
    expect(platformByUsb(0x0483, 0xc00a)).toBeUndefined();
    expect(platformByUsb(0x2b04, 0xc00b)).toBeUndefined();
    expect(platformById(14)).toBeUndefined();
    expect(platformByName('core')).toBeUndefined();
  });

  it('has an id and a name of its own, and the limits of its chip', () => {
    expect(new Set(PLATFORMS.map((one) => one.id)).size).toBe(12);
    expect(new Set(PLATFORMS.map((one) => one.name)).size).toBe(12);
    expect(platformByName('electron')).toMatchObject({ userPartMaxBytes: 131072, maxDeviceOs: '3.3.1' });
    expect(platformByName('trackerm')).toMatchObject({ mcu: 'rtl872x', userPartMaxBytes: 1572864 });
    expect(platformByName('boron').maxDeviceOs).toBeUndefined();
  });
});

describe('the SKU table', () => {
  it('has the rows the cloud sheet counts', () => {
    const rows = SKU_TABLE.map((entry) => skuRow(sku(entry.sku)));
    const count = (test: (row: (typeof rows)[number]) => boolean) => rows.filter(test).length;
    expect(new Set(rows.map((row) => row.sku)).size).toBe(95);
    expect(count((row) => row.activation === 'fast')).toBe(55);
    expect(count((row) => row.activation === 'generally-fast')).toBe(14);
    expect(count((row) => row.activation === 'sometimes-slow')).toBe(26);
    expect(count((row) => row.lifecycle === 'ga')).toBe(28);
    expect(count((row) => row.lifecycle === 'nrnd')).toBe(15);
    expect(count((row) => row.lifecycle === 'deprecated')).toBe(38);
    expect(count((row) => row.lifecycle === 'in-development')).toBe(14);
    expect(count((row) => row.needsSimImport)).toBe(12);
  });

  it('names only SKUs of its own as replacements', () => {
    for (const row of SKU_TABLE.map((entry) => skuRow(sku(entry.sku))))
      if (row.replacement !== undefined) expect(parseSku(row.replacement).ok).toBe(true);
  });

  it('asks for a SIM import of loose cards only', () => {
    expect(skuRow(sku('ELC314TY'))).toMatchObject({ simForm: '4ff', needsSimImport: true });
    expect(skuRow(sku('ELC402TY'))).toMatchObject({ simForm: 'mff2', needsSimImport: false });
    expect(skuRow(sku('brn404xkit'))).toMatchObject({ simForm: 'mff2-and-4ff', needsSimImport: false });
    expect(parseSku('BRN999').ok).toBe(false);
  });

  it('accepts E404X on either platform, a Boron on one, a bare carrier on any', () => {
    expect(skuAllowsPlatform(sku('E404XTRAY50'), 'esomx')).toBe(true);
    expect(skuAllowsPlatform(sku('E404XTRAY50'), 'electron')).toBe(true);
    expect(skuAllowsPlatform(sku('E404TRAY50'), 'esomx')).toBe(false);
    expect(skuAllowsPlatform(sku('BRN404X'), 'b5som')).toBe(false);
    expect(skuAllowsPlatform(sku('MUONCB'), 'msom')).toBe(true);
  });

  it('never lets the X generation below 4.0.1, nor B404 below 2.3.0', () => {
    expect(skuRow(sku('B404XMTY')).minDeviceOs).toBe('4.0.1');
    expect(skuRow(sku('BRN404X')).minDeviceOs).toBe('4.0.1');
    expect(skuRow(sku('E404XTRAY50')).minDeviceOs).toBe('4.0.1');
    expect(skuRow(sku('B404MTY')).minDeviceOs).toBe('2.3.0');
    expect(skuRow(sku('BRN404')).minDeviceOs).toBeUndefined();
  });

  it('tells platforms from serial numbers, Wi-Fi kinds included', () => {
    const platforms = (text: string) => {
      const serialNumber = parseSerialNumber(text);
      return serialNumber.ok ? platformsBySerialNumber(serialNumber.value) : undefined;
    };
    expect(platforms('P044AF1450000FC')).toEqual(['boron']);
    expect(platforms('P052AF1450000FC')).toEqual(['esomx', 'electron']);
    expect(platforms('P046AF1450000FC')).toEqual(['p2']);
    expect(platforms('E40KAF1450000FC')).toEqual(['electron']);
    expect(platforms('P998AF1450000FC')).toEqual([]);
  });

  it('waits five minutes for a fast SIM and a day for the others before someone must look', () => {
    expect(activationAlarmMs('fast')).toBe(300_000);
    expect(activationAlarmMs('sometimes-slow')).toBe(86_400_000);
  });
});
