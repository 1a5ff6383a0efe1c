import { describe, expect, test } from 'vitest';
import { parseSerialNumber } from '../../../src-main/domain/serial-number.ts';
import {
  activatedBy,
  activationOfSerialNumber,
  inlineWaitMs,
  isPendingTooLong,
  slowestActivation,
  switchOffRefusal,
} from '../../../src-main/domain/sim-rules.ts';
import { activationAlarmMs, parseSku, type SkuRow, skuRow } from '../../../src-main/domain/sku.ts';
import { SKU_TABLE } from '../../../src-main/domain/sku-table.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NEW = 'never_before_activated';
const ICCID = '8934076500002589174';

function row(text: string): SkuRow {
  const sku = parseSku(text);
  if (!sku.ok) throw new Error(sku.failure.detail);
  return skuRow(sku.value);
}

function classOf(serial: string): string {
  const parsed = parseSerialNumber(serial);
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  return activationOfSerialNumber(parsed.value);
}

describe('what activates a SIM', () => {
  test.each([
    ['R22: an E-Series has it soldered', 'E404TRAY50', 'pre-add'],
    ['R22: so has a Tracker', 'ONE404MTY', 'pre-add'],
    ['R28: a Boron has a slot too, and its own SIM is the soldered one', 'BRN404X', 'pre-add'],
    ['R28: an Electron LTE has it soldered', 'ELC402TY', 'pre-add'],
    ['R23: an Electron 3G has a loose card', 'E260KIT', 'import'],
    ['R23: so has the ELC314', 'ELC314TY', 'import'],
    ['a bare carrier has none', 'MUONCB', 'nothing'],
  ])('%s', (_, sku, by) => {
    expect(activatedBy(row(sku))).toBe(by);
  });

  test('R29: a SIM of another company is not in the system, wherever it sits', () => {
    expect(activatedBy(row('E260KIT'), 'other')).toBe('nothing');
    expect(activatedBy(row('BRN404X'), 'other')).toBe('nothing');
  });

  test('R23, R24: exactly the loose cards of the table are imported', () => {
    const imported = SKU_TABLE.map(({ sku }) => row(sku)).filter((one) => activatedBy(one) === 'import');
    expect(imported).toHaveLength(12);
    expect(imported.every(({ simForm }) => simForm === '4ff')).toBe(true);
  });
});

describe('how long an activation may take', () => {
  test('R26: the class of several possible SKUs is the slowest of them', () => {
    expect(slowestActivation([row('BRN404X')])).toBe('fast');
    expect(slowestActivation([row('BRN404X'), row('E260KIT')])).toBe('generally-fast');
    expect(slowestActivation([row('BRN402'), row('BRN404X'), row('E260KIT')])).toBe('sometimes-slow');
  });

  test('R26: of a unit nobody knows the slowest is reckoned with', () => {
    expect(slowestActivation([])).toBe('sometimes-slow');
    expect(classOf('P999AF1450000FC')).toBe('sometimes-slow');
  });

  test('R26: a serial number is as slow as any SKU with its prefix', () => {
    expect(classOf('P034AF1450000FC')).toBe('fast'); // B524: both SKUs are fast
    expect(classOf('P020AF1450000FC')).toBe('sometimes-slow'); // B523
  });

  test('R27: the alarm comes after five minutes, a day, and a week for a slow one that is activated again', () => {
    expect(activationAlarmMs('fast')).toBe(5 * MINUTE);
    expect(activationAlarmMs('fast', 'again')).toBe(5 * MINUTE);
    expect(activationAlarmMs('generally-fast', 'again')).toBe(DAY);
    expect(activationAlarmMs('sometimes-slow')).toBe(DAY);
    expect(activationAlarmMs('sometimes-slow', 'again')).toBe(7 * DAY);
  });

  test.each(['fast', 'generally-fast', 'sometimes-slow'] as const)(
    'R27: a %s SIM is pending, long after a run stopped waiting for it, before somebody must look',
    (activation) => {
      const alarm = activationAlarmMs(activation);
      expect(inlineWaitMs(activation)).toBeLessThan(alarm);
      const tooLong = [inlineWaitMs(activation), alarm - 1, alarm].map((ms) => isPendingTooLong(activation, ms, NEW));
      expect(tooLong).toEqual([false, false, true]);
    },
  );

  test('R26, R27: a slow one that was active before is not overdue after two days', () => {
    expect(isPendingTooLong('sometimes-slow', 2 * DAY, NEW)).toBe(true);
    expect(isPendingTooLong('sometimes-slow', 2 * DAY, undefined)).toBe(true);
    expect(isPendingTooLong('sometimes-slow', 2 * DAY, 'inactive_user_deactivated')).toBe(false);
    expect(isPendingTooLong('sometimes-slow', 7 * DAY, 'inactive_user_deactivated')).toBe(true);
  });

  test('R27: a sometimes slow SIM is not switched off by a line, another may be', () => {
    expect(switchOffRefusal(ICCID, 'sometimes-slow')?.detail).toContain('days');
    expect(switchOffRefusal(ICCID, 'fast')).toBeUndefined();
    expect(switchOffRefusal(ICCID, 'generally-fast')).toBeUndefined();
  });
});
